/** The function as API Gateway calls it: events, invocations, answers, and the log lines that they cause. */
import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { HEADERS } from "../shared/caller.ts";
import { FakeTable, ORIGIN } from "./fake-table.ts";

type Query = Record<string, string | readonly string[]>;

/** An event as API Gateway's proxy integration for REST APIs makes it of a request. */
export function event(
  httpMethod: string,
  query: Query = {},
  others: Partial<APIGatewayProxyEvent> = {},
): APIGatewayProxyEvent {
  const all = Object.entries(query).map(([name, texts]) => [name, [texts].flat()] as const);
  const last = all.map(([name, texts]) => [name, texts.at(-1)!] as const);
  return {
    resource: "/items",
    path: "/items",
    httpMethod,
    headers: { Host: "api.example", Origin: ORIGIN },
    multiValueHeaders: { Host: ["api.example"], Origin: [ORIGIN] },
    queryStringParameters: last.length > 0 ? Object.fromEntries(last) : null,
    multiValueQueryStringParameters: all.length > 0 ? Object.fromEntries(all) : null,
    pathParameters: null,
    stageVariables: null,
    requestContext: { requestId: "request-1" } as APIGatewayProxyEvent["requestContext"],
    body: null,
    isBase64Encoded: false,
    ...others,
  } as APIGatewayProxyEvent;
}

/** What Lambda tells a function about its invocation. */
export const context = (millisecondsLeft = 10_000): Context =>
  ({ awsRequestId: "invocation-1", getRemainingTimeInMillis: () => millisecondsLeft }) as Context;

/** Gives an event all that every request carries. */
export function sent(request: APIGatewayProxyEvent): APIGatewayProxyEvent {
  const isMore = request instanceof Object && Object.keys(HEADERS).length > 0;
  return isMore ? Object.assign(request, { headers: { ...request.headers, ...HEADERS } }) : request;
}

type Handler = typeof import("../../handler.ts")["handler"];

let count = 0;

/** An ID that no other test of the file uses. */
export const newId = (): string => `item-${++count}`;

/** Starts the function in this process, on a table of its own. */
export async function startFunction() {
  const table = new FakeTable();
  await table.start();
  const log = captureLog();
  /** What it writes for developers: Lambda keeps none of it. */
  const debugged: unknown[] = [];
  console.debug = debugged.push.bind(debugged);

  /** A function that has just started, perhaps with another environment. Its SDK has not used up any retries. */
  async function start(environment: Record<string, string> = {}): Promise<Handler> {
    Object.assign(process.env, table.environment, environment);
    const { handler }: { handler: Handler } = await import(`../../handler.ts?${++count}`);
    return handler;
  }
  const handler = await start();

  /** Sends one request; `log` and `table.requests` hold what came of all since the last reset. */
  async function send(request: APIGatewayProxyEvent, { millisecondsLeft = 10_000, by = handler } = {}) {
    const { statusCode: status, headers = {}, body } = await by(sent(request), context(millisecondsLeft));
    return { status, headers, body: JSON.parse(body || "null") };
  }
  const call = (method: string, query?: Query) => send(event(method, query));

  function reset(): void {
    table.reset();
    log.length = 0;
    debugged.length = 0;
  }
  return { table, log, debugged, start, send, call, reset };
}

/** Keeps the function's log lines from the output of the tests; returns the list that they are added to. */
function captureLog(): string[] {
  const lines: string[] = [];
  const write = process.stdout.write.bind(process.stdout) as (...args: unknown[]) => boolean;
  process.stdout.write = (chunk: unknown, ...rest: unknown[]) => {
    if (typeof chunk !== "string" || !chunk.startsWith('{"level"')) return write(chunk, ...rest);
    lines.push(chunk);
    return true;
  };
  return lines;
}
