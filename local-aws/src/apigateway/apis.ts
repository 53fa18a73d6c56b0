/** API Gateway's operations on REST APIs themselves, and on tags. */

import type * as sdk from "@aws-sdk/client-api-gateway";
import { type Context, notImplemented } from "../service.ts";
import type { Given, Operations, Output } from "../wire/operations.ts";
import { badRequest, notFound, validation } from "./errors.ts";
import { applyPatches, type Patch, requireReplace } from "./patch.ts";
import type { RestApi } from "./rest-api.ts";
import { apiOf, apisIn, dateOf, newId, now, page, regionsOfApis } from "./state.ts";
import { checkedTags } from "./tags.ts";
import { checkReach, checkTls, isUpdating, securityPolicyOf } from "./tls.ts";
import { leaveUsagePlans } from "./usage.ts";

const ENDPOINT_TYPES: readonly sdk.EndpointType[] = ["REGIONAL", "EDGE", "PRIVATE"];
const IP_ADDRESS_TYPES: readonly sdk.IpAddressType[] = ["ipv4", "dualstack"];
const API_KEY_SOURCES: readonly sdk.ApiKeySourceType[] = ["HEADER", "AUTHORIZER"];

export const apiOperations: Operations<typeof sdk> = {
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
      leaveUsagePlans(id, context);
    },
  },
};

function createApi(input: Given<sdk.CreateRestApiCommandInput>, { world, region }: Context) {
  if (!input.name) throw badRequest("Invalid API name specified");
  if (input.description === "") throw badRequest("Description cannot be an empty string");
  const rootResourceId = newId(10);
  const api: RestApi = {
    id: newId(10),
    region,
    name: input.name,
    description: input.description,
    createdDate: now(),
    apiKeySource: oneOf(API_KEY_SOURCES, "ApiKeySource", input.apiKeySource ?? "HEADER"),
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
  vpcEndpointIds,
}: Given<sdk.EndpointConfiguration>): RestApi["endpointConfiguration"] {
  if (vpcEndpointIds)
    throw notImplemented("the parameter endpointConfiguration.vpcEndpointIds of apigateway:CreateRestApi");
  const wrong = types.find(type => !ENDPOINT_TYPES.includes(type));
  if (wrong)
    throw validation(
      `1 validation error detected: Value '[${types}]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]`,
    );
  if (types.length === 0)
    throw badRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.");
  if (types.length > 1) throw badRequest("Cannot create an api with multiple Endpoint Types.");
  return { types, ipAddressType: oneOf(IP_ADDRESS_TYPES, "IpAddressType", ipAddressType) };
}

const shown = (api: RestApi): Output<sdk.RestApi> => ({
  id: api.id,
  name: api.name,
  description: api.description,
  createdDate: dateOf(api.createdDate),
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
function updateApi(input: Given<sdk.UpdateRestApiCommandInput>, context: Context) {
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
  else if (path === "/apiKeySource") api.apiKeySource = oneOf(API_KEY_SOURCES, "ApiKeySource", value);
  else if (path === "/disableExecuteApiEndpoint") api.disableExecuteApiEndpoint = value === "true";
  // Neither is checked before all patches have been applied: they must go together.
  else if (path === "/securityPolicy") api.securityPolicy = (value || undefined) as RestApi["securityPolicy"];
  else if (path === "/endpointAccessMode")
    api.endpointAccessMode = (value || undefined) as RestApi["endpointAccessMode"];
  else if (path === "/endpointConfiguration/ipAddressType")
    api.endpointConfiguration.ipAddressType = oneOf(IP_ADDRESS_TYPES, "IpAddressType", value);
  else if (/^\/endpointConfiguration\/types\/\w+$/.test(path)) replaceType(api, path, value);
  else if (/^\/(policy|binaryMediaTypes|minimumCompressionSize|endpointConfiguration)\b/.test(path))
    throw notImplemented(`the patch path ${path} of apigateway:UpdateRestApi`);
  else return false;
  return true;
}

/** "/endpointConfiguration/types/EDGE" names the type that is replaced, or its place in the list. */
function replaceType({ endpointConfiguration }: RestApi, path: string, type: string): void {
  const replaced = path.split("/").at(-1) ?? "";
  if (replaced !== "0" && !endpointConfiguration.types.some(type => type === replaced))
    throw notFound("Invalid Endpoint Configuration identifier specified");
  endpointConfiguration.types = [oneOf(ENDPOINT_TYPES, "EndpointTypes", type)];
}

/** A text that must be one of a few. */
function oneOf<Text extends string>(known: readonly Text[], what: string, text: string): Text {
  const found = known.find(each => each === text);
  if (!found) throw badRequest(`Invalid ${what} specified. Valid options are ${known}`);
  return found;
}
