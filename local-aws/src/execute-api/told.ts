/** What API Gateway tells of its decisions. */
import { own } from "../apigateway/state.ts";
import type { Invocation } from "../lambda/runtime.ts";
import type { WireResponse } from "../service.ts";
import type { Span } from "../trace/trace.ts";
import { type Failure, responseFor, THROTTLED, UNKNOWN_ROUTE } from "./failure.ts";
import type { ApiRequest, Deployed } from "./request.ts";
import { type Route, route } from "./routes.ts";

/** Which method of the deployment takes a request, what its throttle has left, and what a mock integration answers. */
export function tellRoute(
  { trace, method: verb, path }: ApiRequest,
  { resource, method }: Route,
  { api, stage, deployment }: Deployed,
  { left, status = 200 }: { left: number; status?: number },
): void {
  const { type = "", uri = "" } = method.methodIntegration ?? {};
  const tokens =
    left === Number.POSITIVE_INFINITY ? "no throttle" : `${Math.max(0, Math.floor(left))} tokens left`;
  const isUndeployed = method.httpMethod !== verb && own(api.resources[resource.id]?.methods, verb);
  const route = `${method.httpMethod} ${resource.path} of the stage ${stage.stageName}, integration ${type}; ${tokens}.`;
  trace?.tell("api", {
    what: `${verb} ${path}`,
    outcome: status < 400 ? "passed" : "refused",
    why: isUndeployed ? `${route} The API has a method ${verb}, but it was not deployed since.` : route,
    data: { deployment: deployment.id, integration: { type, uri }, tokensLeft: left, status },
  });
}

/** Why API Gateway answers itself, and as which gateway response says. */
export function tellFailure(
  request: ApiRequest,
  failure: Failure,
  deployed: Deployed,
  { status, headers }: WireResponse,
): void {
  const { name } = responseFor(deployed.deployment.snapshot, failure);
  request.trace?.tell("api", {
    what: `gateway response ${failure.type}`,
    outcome: status < 500 ? "refused" : "failed",
    why: `${causeOf(failure, request, deployed)} ${name ? `The gateway response ${name}` : "API Gateway's own response"} answers ${status}.`,
    data: { type: failure.type, headers },
  });
}

function causeOf(failure: Failure, request: ApiRequest, deployed: Deployed): string {
  if (failure === UNKNOWN_ROUTE) return whyUnknown(request, deployed);
  if (failure === THROTTLED)
    return `The throttle of the stage ${deployed.stage.stageName} has no token left.`;
  return failure.why ?? `${failure.message}.`;
}

function whyUnknown({ method, path }: ApiRequest, { api, deployment }: Deployed): string {
  const missing = `The deployment ${deployment.id} has no ${method} at ${path}`;
  const isUndeployed =
    route({ ...deployment.snapshot, resources: api.resources }, method, path) !== undefined;
  return isUndeployed ? `${missing}; the API has, but it was not deployed since.` : `${missing}.`;
}

/** Why no API answers at all. */
export function tellForbidden({ trace, method, path }: ApiRequest, apiId: string, stageName: string): void {
  trace?.tell("api", {
    what: `${method} ${path}`,
    outcome: "refused",
    why: `No stage ${stageName} of an API ${apiId} answers here: it was deleted, or is not known yet.`,
  });
}

interface Invoked {
  functionArn: string;
  event: string;
  /** Undefined if nobody waited for its end. */
  invocation?: Invocation;
  result: WireResponse | Failure;
  started: number;
}

/** How the function ran, in which environment, and what it answered. */
export function tellInvoked(
  { trace }: ApiRequest,
  { functionArn, event, invocation, result, started }: Invoked,
): void {
  const { environment, payload = "" } = invocation ?? {};
  const data = { event, answer: payload, environment };
  const ran = environment?.isCold
    ? `Cold: made ready in ${Math.round(environment.initMs)} ms, then ran`
    : "Warm";
  const [outcome, why] =
    "headers" in result ? answered(result, ran, invocation) : (["failed", brokenBy(invocation)] as const);
  trace?.tell("lambda", { what: functionArn.split(":").at(-1) ?? "", outcome, why, data }, started);
}

function answered(
  { status, body }: WireResponse,
  ran: string,
  { environment, timeoutMs = 0 }: Partial<Invocation> = {},
): [Span["outcome"], string] {
  const said = `${ran}; the function answered ${status}`;
  if (status < 400) return ["passed", `${said}.`];
  const why = `${said}: ${String(body).slice(0, MOST_SAID)}`;
  // Whoever may not is refused, as by a policy; any other no is an answer to a good question.
  if (status < 500) return [status === 401 || status === 403 ? "refused" : "declined", why];
  const ranMs = Math.round(environment?.ranMs ?? 0);
  return ["failed", `${why} It ran for ${ranMs} of the ${timeoutMs} ms that it may.`];
}

/** So much of an error's body is a reason; all of it is in the data. */
const MOST_SAID = 200;

function brokenBy(invocation: Invocation | undefined): string {
  if (!invocation) return "The integration's time is over; the function still runs.";
  if (!invocation.failed) return "The function's answer is not what a proxy integration takes.";
  const { errorType, errorMessage } = JSON.parse(invocation.payload);
  return `${errorType}: ${errorMessage}`;
}

/** Why the function was not run: there is none, its role is gone, too many run already. */
export function tellNotRun(
  { trace }: ApiRequest,
  { name, message, ...error }: Error & { code?: string },
): void {
  trace?.tell("lambda", { what: "Invoke", outcome: "failed", why: `${error.code ?? name}: ${message}` });
}
