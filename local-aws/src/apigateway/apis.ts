/** API Gateway's operations on REST APIs themselves, and on tags. */

import { type Context, type Input, notImplemented, type Operation } from "../service.ts";
import { applyPatches, type Patch, requireReplace } from "./patch.ts";
import {
  apiOf,
  apisIn,
  badRequest,
  newId,
  notFound,
  now,
  own,
  page,
  type RestApi,
  regionsOfApis,
  validation,
} from "./state.ts";
import { checkReach, checkTls, isUpdating, securityPolicyOf } from "./tls.ts";

const ENDPOINT_TYPES = ["REGIONAL", "EDGE", "PRIVATE"];
const MAX_TAGS = 50;

export const apiOperations: Record<string, Operation> = {
  CreateRestApi: {
    params: [
      "name",
      "description",
      "endpointConfiguration",
      "apiKeySource",
      "disableExecuteApiEndpoint",
      "securityPolicy",
      "endpointAccessMode",
      "tags",
    ],
    run: createApi,
  },
  GetRestApi: { params: ["restApiId"], run: (input, context) => shown(apiOf(input, context)) },
  GetRestApis: {
    params: ["position", "limit"],
    run: (input, { world, region }) => page(Object.values(apisIn(world, region)).map(shown), input),
  },
  UpdateRestApi: { params: ["restApiId", "patchOperations"], run: updateApi },
  DeleteRestApi: {
    params: ["restApiId"],
    run(input, context) {
      const { id } = apiOf(input, context);
      delete apisIn(context.world, context.region)[id];
      delete regionsOfApis(context.world)[id];
    },
  },
  GetTags: {
    params: ["resourceArn", "position", "limit"],
    run: (input, context) => ({ tags: tagged(input, context).tags }),
  },
  TagResource: {
    params: ["resourceArn", "tags"],
    run(input, context) {
      const target = tagged(input, context);
      target.tags = checkedTags({ ...target.tags, ...input.tags });
    },
  },
  UntagResource: {
    params: ["resourceArn", "tagKeys"],
    run(input, context) {
      const { tags } = tagged(input, context);
      for (const key of [input.tagKeys].flat()) delete tags[key];
    },
  },
};

function createApi(input: Input, { world, region }: Context) {
  if (!input.name) throw badRequest("Invalid API name specified");
  if (input.description === "") throw badRequest("Description cannot be an empty string");
  const rootResourceId = newId(10);
  const api: RestApi = {
    id: newId(10),
    region,
    name: input.name,
    description: input.description,
    createdDate: now(),
    apiKeySource: input.apiKeySource ?? "HEADER",
    endpointConfiguration: endpointOf(input.endpointConfiguration ?? {}),
    disableExecuteApiEndpoint: input.disableExecuteApiEndpoint ?? false,
    securityPolicy: input.securityPolicy,
    endpointAccessMode: input.endpointAccessMode,
    rootResourceId,
    tags: checkedTags(input.tags ?? {}),
    resources: { [rootResourceId]: { id: rootResourceId, path: "/", methods: {} } },
    gatewayResponses: {},
    deployments: {},
    stages: {},
  };
  checkTls(api);
  apisIn(world, region)[api.id] = api;
  regionsOfApis(world)[api.id] = region;
  return shown(api);
}

function endpointOf({
  types = ["EDGE"],
  ipAddressType = "ipv4",
  ...others
}: Input): RestApi["endpointConfiguration"] {
  const [unknown] = Object.keys(others);
  if (unknown)
    throw notImplemented(`the parameter endpointConfiguration.${unknown} of apigateway:CreateRestApi`);
  const wrong = types.find((type: string) => !ENDPOINT_TYPES.includes(type));
  if (wrong)
    throw validation(
      `1 validation error detected: Value '[${types}]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]`,
    );
  if (types.length === 0)
    throw badRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.");
  if (types.length > 1) throw badRequest("Cannot create an api with multiple Endpoint Types.");
  return { types, ipAddressType };
}

const shown = (api: RestApi) => ({
  id: api.id,
  name: api.name,
  description: api.description,
  createdDate: api.createdDate,
  apiKeySource: api.apiKeySource,
  endpointConfiguration: api.endpointConfiguration,
  disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
  rootResourceId: api.rootResourceId,
  securityPolicy: securityPolicyOf(api),
  endpointAccessMode: api.endpointAccessMode,
  apiStatus: isUpdating(api) ? "UPDATING" : "AVAILABLE",
  tags: Object.keys(api.tags).length > 0 ? api.tags : undefined,
});

/** All operations or none. */
function updateApi(input: Input, context: Context) {
  const api = apiOf(input, context);
  const changed = { ...api, endpointConfiguration: { ...api.endpointConfiguration } };
  applyPatches(input, patch => patchApi(changed, patch));
  if (checkReach(api, changed, input)) changed.updatingUntil = Date.now() + context.world.timing.api;
  Object.assign(api, changed);
  return { ...shown(api), tags: api.tags };
}

function patchApi(api: RestApi, patch: Patch): boolean {
  const { path, value = "" } = patch;
  requireReplace(patch);
  if (path === "/name") api.name = value;
  else if (path === "/description") api.description = value || undefined;
  else if (path === "/apiKeySource") api.apiKeySource = value;
  else if (path === "/disableExecuteApiEndpoint") api.disableExecuteApiEndpoint = value === "true";
  else if (path === "/securityPolicy") api.securityPolicy = value || undefined;
  else if (path === "/endpointAccessMode") api.endpointAccessMode = value || undefined;
  else if (path === "/endpointConfiguration/ipAddressType") api.endpointConfiguration.ipAddressType = value;
  else if (/^\/endpointConfiguration\/types\/\w+$/.test(path)) replaceType(api, path, value);
  else if (/^\/(policy|binaryMediaTypes|minimumCompressionSize|endpointConfiguration)\b/.test(path))
    throw notImplemented(`the patch path ${path} of apigateway:UpdateRestApi`);
  else return false;
  return true;
}

/** "/endpointConfiguration/types/EDGE" names the type that is replaced, or its place in the list. */
function replaceType({ endpointConfiguration }: RestApi, path: string, type: string): void {
  const replaced = path.split("/").at(-1) ?? "";
  if (replaced !== "0" && !endpointConfiguration.types.includes(replaced))
    throw notFound("Invalid Endpoint Configuration identifier specified");
  if (!ENDPOINT_TYPES.includes(type))
    throw badRequest(`Invalid EndpointTypes specified. Valid options are ${ENDPOINT_TYPES}`);
  endpointConfiguration.types = [type];
}

const TAGGED = /^arn:aws[a-z-]*:apigateway:([a-z0-9-]+)::\/restapis\/([a-z0-9]+)(?:\/stages\/([\w-]+))?$/;

/** The API or the stage that an ARN means. */
function tagged({ resourceArn }: Input, context: Context): { tags: Record<string, string> } {
  const [, region, restApiId, stageName] = TAGGED.exec(resourceArn) ?? [];
  if (region !== context.region) throw badRequest("Invalid ARN specified in the request");
  const api = apiOf({ restApiId }, context);
  if (stageName === undefined) return api;
  const stage = own(api.stages, stageName);
  if (!stage) throw notFound("Invalid Stage identifier specified");
  return stage;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html */
export function checkedTags(tags: Record<string, string>): Record<string, string> {
  const isFine = ([key, value]: [string, string]) =>
    key.length >= 1 && key.length <= 128 && value.length <= 256 && !key.toLowerCase().startsWith("aws:");
  if (!Object.entries(tags).every(isFine) || Object.keys(tags).length > MAX_TAGS)
    throw badRequest(
      "Invalid tag: keys have 1 to 128 characters and no prefix aws:, values at most 256, 50 at most",
    );
  return tags;
}
