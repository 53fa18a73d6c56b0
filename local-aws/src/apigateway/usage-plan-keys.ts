/** API Gateway's operations on the API keys of a usage plan. */
import type * as sdk from "@aws-sdk/client-api-gateway";
import type { Context } from "../service.ts";
import type { Given, Operations, Output } from "../wire/operations.ts";
import { badRequest, conflict, notFound } from "./errors.ts";
import { page } from "./state.ts";
import { type ApiKey, keyOf, planOf, requireOnePlanForEach } from "./usage.ts";

export const usagePlanKeyOperations: Operations<typeof sdk> = {
  CreateUsagePlanKey: { params: ["usagePlanId", "keyId", "keyType"], run: addKey },
  GetUsagePlanKey: {
    params: ["usagePlanId", "keyId"],
    run: (input, context) => shown(memberOf(input, context)),
  },
  GetUsagePlanKeys: {
    params: ["usagePlanId", "position", "limit"],
    run(input, context) {
      const keys = planOf(input, context).keyIds.map(apiKey => keyOf({ apiKey }, context));
      return page(keys.map(shown), input);
    },
  },
  DeleteUsagePlanKey: {
    params: ["usagePlanId", "keyId"],
    run(input, context) {
      const { id } = memberOf(input, context);
      const plan = planOf(input, context);
      plan.keyIds = plan.keyIds.filter(keyId => keyId !== id);
    },
  },
};

function addKey(input: Given<sdk.CreateUsagePlanKeyCommandInput>, context: Context) {
  const plan = planOf(input, context);
  if (input.keyType !== "API_KEY")
    throw badRequest(`Invalid key type specified: ${input.keyType}. The only one is API_KEY`);
  const key = keyOf({ apiKey: input.keyId }, context);
  if (plan.keyIds.includes(key.id)) throw conflict(`API Key ${key.id} is in Usage Plan ${plan.id} already`);
  const keyIds = [...plan.keyIds, key.id];
  requireOnePlanForEach({ ...plan, keyIds }, context);
  plan.keyIds = keyIds;
  return shown(key);
}

/** The key that a call is about, if the plan has it. */
function memberOf(input: { usagePlanId: string; keyId: string }, context: Context): ApiKey {
  const plan = planOf(input, context);
  const key = keyOf({ apiKey: input.keyId }, context);
  if (!plan.keyIds.includes(key.id)) throw notFound("Invalid Usage Plan ID specified");
  return key;
}

const shown = ({ id, value, name }: ApiKey): Output<sdk.UsagePlanKey> => ({
  id,
  type: "API_KEY",
  value,
  name,
});
