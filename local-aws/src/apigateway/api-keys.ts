/** API Gateway's operations on API keys. */
import { randomBytes } from "node:crypto";
import type * as sdk from "@aws-sdk/client-api-gateway";
import { type Context, notImplemented } from "../service.ts";
import type { Given, Operations, Output } from "../wire/operations.ts";
import { badRequest, conflict } from "./errors.ts";
import { applyPatches, type Patch, requireReplace } from "./patch.ts";
import { dateOf, newId, now, page } from "./state.ts";
import { checkedTags } from "./tags.ts";
import { type ApiKey, keyOf, usageIn } from "./usage.ts";

export const apiKeyOperations: Operations<typeof sdk> = {
  CreateApiKey: { params: ["name", "description", "enabled", "value", "tags"], run: createKey },
  GetApiKey: {
    params: ["apiKey", "includeValue"],
    run: (input, context) => shown(keyOf(input, context), input.includeValue),
  },
  GetApiKeys: {
    params: ["position", "limit", "includeValues"],
    run(input, { world, region }) {
      const { items, position } = page(Object.values(usageIn(world, region).keys), input);
      return { items: items.map(key => shown(key, input.includeValues)), position };
    },
  },
  UpdateApiKey: { params: ["apiKey", "patchOperations"], run: updateKey },
  DeleteApiKey: {
    params: ["apiKey"],
    run(input, context) {
      const { id } = keyOf(input, context);
      const { keys, plans } = usageIn(context.world, context.region);
      delete keys[id];
      for (const plan of Object.values(plans)) plan.keyIds = plan.keyIds.filter(keyId => keyId !== id);
    },
  },
};

function createKey(input: Given<sdk.CreateApiKeyCommandInput>, { world, region }: Context) {
  const { name, description, enabled = false, tags = {} } = input;
  const value = input.value || newValue(); // an empty one is none: so Terraform asks for a new one
  const { keys } = usageIn(world, region);
  checkValue(value);
  if (Object.values(keys).some(key => key.value === value)) throw conflict("API Key already exists");
  const moment = now();
  const key: ApiKey = {
    id: newId(10),
    value,
    name,
    description,
    enabled,
    createdDate: moment,
    lastUpdatedDate: moment,
    tags: checkedTags(tags),
  };
  keys[key.id] = key;
  return shown(key, true);
}

/** Forty letters and digits. */
const newValue = () => randomBytes(80).toString("base64").replace(/\W/g, "").slice(0, 40);

/** https://github.com/hashicorp/terraform-provider-aws/pull/30894 has both messages. */
function checkValue(value: string): void {
  if (value.length < 20) throw badRequest("API Key value should be at least 20 characters");
  if (value.length > 128) throw badRequest("API Key value exceeds maximum size of 128 characters");
}

/** Its value is told to those only who ask for it. */
function shown({ value, createdDate, lastUpdatedDate, ...key }: ApiKey, withValue = false) {
  const dates = { createdDate: dateOf(createdDate), lastUpdatedDate: dateOf(lastUpdatedDate) };
  return { ...key, ...dates, stageKeys: [], ...(withValue && { value }) } satisfies Output<sdk.ApiKey>;
}

/** All operations or none. */
function updateKey(input: Given<sdk.UpdateApiKeyCommandInput>, context: Context) {
  const key = keyOf(input, context);
  const changed = { ...key };
  applyPatches(input, patch => patchKey(changed, patch));
  return shown(Object.assign(key, changed, { lastUpdatedDate: now() }));
}

function patchKey(key: ApiKey, patch: Patch): boolean {
  const { path, value = "" } = patch;
  if (path === "/customerId" || path === "/stages")
    throw notImplemented(`the patch path ${path} of apigateway:UpdateApiKey`);
  requireReplace(patch);
  if (path === "/enabled") key.enabled = value === "true";
  else if (path === "/name") key.name = value;
  else if (path === "/description") key.description = value;
  else return false;
  return true;
}
