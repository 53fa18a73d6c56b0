/**
 * The event that API Gateway sends to a function behind a REST API.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
import { type ApiRequest, type Deployed, queryParameters, variablesOf } from "./request.ts";
import type { Route } from "./routes.ts";

const SOURCE_IP = "127.0.0.1";

/** Null, as AWS has it, and not an empty object, for what a request does not have. */
export function proxyEvent(request: ApiRequest, route: Route, deployed: Deployed) {
  const headers = headersOf(request);
  const query = queryParameters(request);
  return {
    resource: route.resource.path,
    path: request.path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: eachInList(headers),
    // Of several values the last one: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    queryStringParameters: query && lastOfEach(query),
    multiValueQueryStringParameters: query,
    pathParameters: route.pathParameters,
    stageVariables: deployed.stage.variables ?? null,
    requestContext: requestContext(request, route, deployed),
    body: request.body.length > 0 ? request.body.toString() : null,
    isBase64Encoded: false,
  };
}

function requestContext(request: ApiRequest, { resource }: Route, deployed: Deployed) {
  const { world, api, deployment } = deployed;
  const domainName = `${api.id}.execute-api.${api.region}.amazonaws.com`;
  return {
    ...variablesOf(request, deployed, resource.path),
    resourceId: resource.id,
    requestTime: clfTime(request.time),
    requestTimeEpoch: request.time,
    accountId: world.account,
    protocol: "HTTP/1.1",
    domainName,
    domainPrefix: api.id,
    deploymentId: deployment.id,
    identity: {
      ...(request.apiKey && { apiKey: request.apiKey.value, apiKeyId: request.apiKey.id }),
      accessKey: null,
      accountId: null,
      caller: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: SOURCE_IP,
      user: null,
      userAgent: request.headers["user-agent"] ?? null,
      userArn: null,
    },
  };
}

/** Not passed on: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const HOP_BY_HOP = ["connection", "content-length", "transfer-encoding", "keep-alive", "upgrade"];

function headersOf({ headers, trace }: ApiRequest): Record<string, string> {
  const sent = Object.entries(headers)
    .filter(([name]) => !HOP_BY_HOP.includes(name))
    .map(([name, value]) => [written(name), value]);
  return {
    ...Object.fromEntries(sent),
    ...(trace && { "X-Amzn-Trace-Id": `Root=${trace.id}` }),
    "X-Forwarded-For": SOURCE_IP,
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
  };
}

/** Browsers write "User-Agent" in HTTP/1.1, which regional APIs speak, but "sec-ch-ua". */
const written = (name: string): string =>
  name.startsWith("sec-ch-") ? name : name.replace(/(^|-)[a-z]/g, letter => letter.toUpperCase());

const eachInList = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));

const lastOfEach = (query: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(query).map(([name, values]) => [name, values.at(-1)]));

/** "10/Jul/2024:12:28:36 +0000" */
function clfTime(time: number): string {
  const [, day, month, year, clock] = new Date(time).toUTCString().split(" ");
  return `${day}/${month}/${year}:${clock} +0000`;
}
