/** API Gateway's operations on usage plans: which API keys open which stages. */
import type * as sdk from "@aws-sdk/client-api-gateway";
import { type Context, notImplemented } from "../service.ts";
import type { Given, Operations, Output } from "../wire/operations.ts";
import { badRequest, conflict, notFound } from "./errors.ts";
import { applyPatches, type Patch, requireReplace } from "./patch.ts";
import { apisIn, newId, own, page } from "./state.ts";
import { checkedTags } from "./tags.ts";
import { type ApiStage, isSame, planOf, requireOnePlanForEach, type UsagePlan, usageIn } from "./usage.ts";

export const usagePlanOperations: Operations<typeof sdk> = {
  CreateUsagePlan: { params: ["name", "description", "apiStages", "tags"], run: createPlan },
  GetUsagePlan: { params: ["usagePlanId"], run: (input, context) => shown(planOf(input, context)) },
  GetUsagePlans: {
    params: ["position", "limit", "keyId"],
    run(input, { world, region }) {
      const { keyId } = input;
      const plans = Object.values(usageIn(world, region).plans);
      const wanted = plans.filter(({ keyIds }) => keyId === undefined || keyIds.includes(keyId));
      return page(wanted.map(shown), input);
    },
  },
  UpdateUsagePlan: { params: ["usagePlanId", "patchOperations"], run: updatePlan },
  DeleteUsagePlan: { params: ["usagePlanId"], run: deletePlan },
};

function createPlan(input: Given<sdk.CreateUsagePlanCommandInput>, context: Context) {
  const { name, description, apiStages = [], tags = {} } = input;
  if (apiStages.some(({ throttle }) => throttle))
    throw notImplemented("the parameter apiStages.throttle of apigateway:CreateUsagePlan");
  const stages = apiStages.map(({ apiId, stage }) => stageNamed(`${apiId}:${stage}`, context));
  const plan: UsagePlan = {
    id: newId(6),
    name,
    description,
    apiStages: stages,
    keyIds: [],
    tags: checkedTags(tags),
  };
  usageIn(context.world, context.region).plans[plan.id] = plan;
  return shown(plan);
}

/** "a1b2c3:prod" */
function stageNamed(text: string, { world, region }: Context): ApiStage {
  const [apiId = "", stage] = text.split(":");
  if (stage === undefined) throw badRequest("Invalid API Stage specified");
  if (!own(own(apisIn(world, region), apiId)?.stages, stage))
    throw notFound(`API Stage not found: ${apiId}:${stage}`);
  return { apiId, stage };
}

const shown = ({ keyIds: _, tags, ...plan }: UsagePlan): Output<sdk.UsagePlan> => ({
  ...plan,
  tags: Object.keys(tags).length > 0 ? tags : undefined,
});

/** https://github.com/aws/aws-sdk-js/issues/3841 has the message. */
function deletePlan(input: Given<sdk.DeleteUsagePlanCommandInput>, context: Context): void {
  const { id, apiStages } = planOf(input, context);
  const [first] = apiStages;
  if (first)
    throw badRequest(
      `Cannot delete Usage Plan ${id} because there are API Stages associated with it, including ${first.apiId}:${first.stage}`,
    );
  delete usageIn(context.world, context.region).plans[id];
}

/** All operations or none. */
function updatePlan(input: Given<sdk.UpdateUsagePlanCommandInput>, context: Context) {
  const plan = planOf(input, context);
  const changed = structuredClone(plan);
  applyPatches(input, patch => patchPlan(changed, patch, context));
  requireOnePlanForEach(changed, context);
  return shown(Object.assign(plan, changed));
}

/** https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html */
function patchPlan(plan: UsagePlan, patch: Patch, context: Context): boolean {
  const { path, value = "" } = patch;
  if (/^\/(quota|throttle|productCode|apiStages\/[^/]+\/throttle)(\/|$)/.test(path))
    throw notImplemented(`the patch path ${path} of apigateway:UpdateUsagePlan`);
  if (path === "/apiStages") return patchStages(plan, patch, context);
  requireReplace(patch);
  if (path === "/name") plan.name = value;
  else if (path === "/description") plan.description = value;
  else return false;
  return true;
}

function patchStages(plan: UsagePlan, { op, value = "" }: Patch, context: Context): boolean {
  if (op === "replace") throw badRequest("Invalid patch operation specified. Must be one of: [add, remove]");
  const stage = stageNamed(value, context);
  const isIn = plan.apiStages.some(other => isSame(stage, other));
  if (op === "add" && isIn) throw conflict(`API Stage ${value} is in Usage Plan ${plan.id} already`);
  if (op === "remove" && !isIn)
    throw notFound(
      `Invalid API Stage {api: ${stage.apiId}, stage: ${stage.stage}} specified for usageplan ${plan.id}`,
    );
  plan.apiStages =
    op === "add" ? [...plan.apiStages, stage] : plan.apiStages.filter(other => !isSame(stage, other));
  return true;
}
