/** Lambda proxy integrations: the function answers. */
import { functionArnOf } from "../apigateway/integrations.ts";
import type { Integration } from "../apigateway/rest-api.ts";
import { functionNamed } from "../lambda/functions.ts";
import { permission } from "../lambda/policy.ts";
import { type Invocation, invoke } from "../lambda/runtime.ts";
import { AwsError, type WireResponse } from "../service.ts";
import { proxyEvent } from "./event.ts";
import { BAD_GATEWAY, type Failure, INTEGRATION_TIMEOUT, MISCONFIGURED } from "./failure.ts";
import type { ApiRequest, Deployed } from "./request.ts";
import type { Route } from "./routes.ts";
import { tellInvoked, tellNotRun } from "./told.ts";

/** Asks the function's policy, invokes the function and turns its answer into an HTTP response. */
export async function answerProxy(
  integration: Integration,
  request: ApiRequest,
  route: Route,
  deployed: Deployed,
): Promise<WireResponse | Failure> {
  const functionArn = functionArnOf(integration.uri) ?? "";
  try {
    if (integration.httpMethod !== "POST" || !isPermitted(functionArn, request, route, deployed))
      return MISCONFIGURED;
    const event = JSON.stringify(proxyEvent(request, route, deployed));
    const started = performance.now();
    const invocation = await withTimeout(
      invoke(deployed.world, functionArn, event, request.trace),
      integration.timeoutInMillis,
    );
    const result = invocation ? responseOf(invocation) : INTEGRATION_TIMEOUT;
    tellInvoked(request, { functionArn, event, invocation, result, started });
    return result;
  } catch (error) {
    // No such function, or throttled: https://repost.aws/questions/QUfI6bsdd0SOiPeyimzxSkfQ
    if (!(error instanceof AwsError)) console.error(error);
    tellNotRun(request, error as Error);
    return MISCONFIGURED;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions */
function isPermitted(
  functionArn: string,
  request: ApiRequest,
  { resource }: Route,
  { world, api, stage }: Deployed,
): boolean {
  const region = functionArn.split(":")[3] ?? "";
  const fn = functionNamed(functionArn, { world, region });
  const path = resource.path.replace(/\{[^}]+\}/g, "*");
  const sourceArn = `arn:aws:execute-api:${api.region}:${world.account}:${api.id}/${stage.stageName}/${request.method}${path}`;
  const { verdict, why, statements } = permission(world, fn, "apigateway.amazonaws.com", sourceArn);
  request.trace?.tell("permission", {
    what: "lambda:InvokeFunction",
    outcome: verdict === "allow" ? "passed" : "refused",
    why,
    data: { sourceArn, statements },
  });
  return verdict === "allow";
}

/** The function runs on, as on AWS; only nobody waits for it any more. */
async function withTimeout(
  invocation: Promise<Invocation>,
  milliseconds: number,
): Promise<Invocation | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([invocation, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** API Gateway sets these itself. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const REMAPPED =
  /^(authorization|connection|content-length|content-md5|date|host|server|transfer-encoding|upgrade|user-agent|via|www-authenticate)$/;

interface ProxyResponse {
  statusCode?: number | string | null;
  headers?: Record<string, string | boolean> | null;
  multiValueHeaders?: Record<string, (string | boolean)[]> | null;
  body?: string | null;
  isBase64Encoded?: boolean;
}

/**
 * The answer in the format for proxies; any other is a malformed one. No binary media types are configured, so
 * isBase64Encoded changes nothing, as on AWS.
 */
function responseOf({ payload, failed }: Invocation): WireResponse | Failure {
  if (failed) return BAD_GATEWAY;
  const answer: unknown = JSON.parse(payload);
  if (!isProxyResponse(answer)) return BAD_GATEWAY;
  const headers: Record<string, string> = { "content-type": "application/json" };
  const lists = Object.entries(answer.multiValueHeaders ?? {}).map(([name, values]) => [
    name,
    values.join(", "),
  ]);
  for (const [name = "", value] of [...Object.entries(answer.headers ?? {}), ...lists]) {
    const header = String(name).toLowerCase();
    headers[REMAPPED.test(header) ? `x-amzn-remapped-${header}` : header] = String(value);
  }
  return { status: Number(answer.statusCode ?? 200), headers, body: answer.body ?? "" };
}

const MEMBERS = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];

function isProxyResponse(answer: unknown): answer is ProxyResponse {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return false;
  const { statusCode, headers, multiValueHeaders, body } = answer as Record<string, unknown>;
  const values = [...valuesOf(headers), ...valuesOf(multiValueHeaders).flat()];
  return (
    Object.keys(answer).every(member => MEMBERS.includes(member)) &&
    /^[1-5]\d\d$/.test(String(statusCode ?? 200)) &&
    (body === undefined || body === null || typeof body === "string") &&
    values.every(value => typeof value === "boolean" || (typeof value === "string" && isHeaderText(value))) &&
    [headers, multiValueHeaders].flatMap(map => Object.keys(map ?? {})).every(isHeaderName)
  );
}

const valuesOf = (map: unknown): unknown[] =>
  map === undefined || map === null ? [] : typeof map === "object" ? Object.values(map) : [map, undefined];

const isHeaderText = (value: string): boolean => !/[^\t\x20-\x7e\x80-\xff]/.test(value);

const isHeaderName = (name: string): boolean => /^[!#$%&'*+.^_`|~\w-]+$/.test(name);
