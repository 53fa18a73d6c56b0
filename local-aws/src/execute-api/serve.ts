/**
 * What a deployed REST API answers. It is interpreted from the deployment that a stage shows: nothing is added to
 * it, in particular no CORS headers.
 */
import { apisIn, own, regionsOfApis } from "../apigateway/state.ts";
import { keyFor, usageIn } from "../apigateway/usage.ts";
import type { Public } from "../aws.ts";
import type { WireResponse } from "../service.ts";
import type { World } from "../world.ts";
import {
  BODY_TOO_LARGE,
  type Failure,
  forbidden,
  gatewayResponse,
  headTooLarge,
  INVALID_API_KEY,
  MALFORMED_QUERY,
  THROTTLED,
  UNKNOWN_ROUTE,
} from "./failure.ts";
import { answerMock } from "./mock.ts";
import { answerProxy } from "./proxy.ts";
import {
  type ApiRequest,
  type Deployed,
  isBodyTooLarge,
  isHeadTooLarge,
  isQueryMalformed,
  parseUrl,
  variablesOf,
} from "./request.ts";
import { type Route, route } from "./routes.ts";
import { takeToken } from "./throttle.ts";
import { tellFailure, tellForbidden, tellRoute } from "./told.ts";

/** Answers /_aws/execute-api/{apiId}/{stage}/{path}, for the APIs of all regions, and their own host names. */
export function serveApi(world: World): Public {
  return async wire => {
    const target = parseUrl(wire);
    if (!target) return undefined;
    const started = performance.now();
    const { request } = target;
    request.trace?.servedByApi();
    const response = withIds(await answer(world, target), request);
    const { method, path } = request;
    world.emit("served", { method, path, status: response.status, ms: performance.now() - started });
    return response;
  };
}

type Target = NonNullable<ReturnType<typeof parseUrl>>;

async function answer(world: World, target: Target): Promise<WireResponse> {
  const { request } = target;
  if (isHeadTooLarge(request)) return headTooLarge;
  const deployed = deployedAt(world, target);
  if (!deployed) {
    tellForbidden(request, target.apiId, target.stageName);
    return forbidden;
  }
  const { snapshot } = deployed.deployment;
  const found = route(snapshot, request.method, request.path);
  const result = found ? await answerRoute(found, request, deployed) : UNKNOWN_ROUTE;
  if ("status" in result && "headers" in result) return result;
  const response = gatewayResponse(snapshot, result, variablesOf(request, deployed, found?.resource.path));
  tellFailure(request, result, deployed, response);
  return response;
}

/** What a stage shows; nothing before the stage is known everywhere. */
function deployedAt(world: World, { apiId, stageName, ...target }: Target): Deployed | undefined {
  const region = own(regionsOfApis(world), apiId);
  if (region === undefined || (target.region ?? region) !== region) return undefined;
  const api = own(apisIn(world, region), apiId);
  if (api?.endpointAccessMode === "STRICT" && !isNamedInTls(target.request)) return undefined;
  const stage = own(api?.stages, stageName);
  if (!api || !stage || api.disableExecuteApiEndpoint || Date.now() < stage.servedFrom) return undefined;
  const deployment = own(api.deployments, stage.deploymentId);
  return deployment && { world, api, stage, deployment };
}

/**
 * What the access mode STRICT asks for: the handshake named the host that the request names. What came without TLS
 * was asked for by this machine's name, which AWS does not have.
 */
const isNamedInTls = ({ tls, headers }: ApiRequest): boolean =>
  tls === undefined || tls.serverName === headers.host?.split(":")[0];

async function answerRoute(
  found: Route,
  request: ApiRequest,
  deployed: Deployed,
): Promise<WireResponse | Failure> {
  const { resource, method } = found;
  const key = method.apiKeyRequired ? keyIn(request, deployed) : undefined;
  if (key && "why" in key)
    return { ...INVALID_API_KEY, why: `${method.httpMethod} asks for an API key, but ${key.why}.` };
  const left = deployed.world.isThrottling()
    ? -1
    : takeToken(deployed.stage, resource.path, method.httpMethod);
  if (left < 0) return THROTTLED;
  if (isQueryMalformed(request)) return MALFORMED_QUERY;
  if (isBodyTooLarge(request)) return BODY_TOO_LARGE;
  const integration = method.methodIntegration!;
  if (integration.type === "AWS_PROXY") {
    tellRoute(request, found, deployed, { left });
    return answerProxy(integration, { ...request, apiKey: key }, found, deployed);
  }
  const answer = answerMock(method, integration, request, variablesOf(request, deployed, resource.path));
  if ("headers" in answer) tellRoute(request, found, deployed, { left, status: answer.status });
  return answer;
}

/**
 * The API key of a request. It is looked for before throttles are, for those of its usage plan would come first:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
function keyIn({ headers }: ApiRequest, { world, api, stage }: Deployed) {
  if (api.apiKeySource === "AUTHORIZER")
    return { why: "it would come from an authorizer, and there is none" };
  const value = headers["x-api-key"];
  return keyFor(usageIn(world, api.region), { apiId: api.id, stage: stage.stageName }, value);
}

/** Every answer names its request. */
const withIds = (response: WireResponse, { requestId, extendedRequestId }: ApiRequest): WireResponse => ({
  ...response,
  headers: { ...response.headers, "x-amzn-requestid": requestId, "x-amz-apigw-id": extendedRequestId },
});
