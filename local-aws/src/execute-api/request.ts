/** A request to a deployed API, and what API Gateway knows of it. */
import { randomUUID } from "node:crypto";
import type { Deployment, RestApi, Stage } from "../apigateway/rest-api.ts";
import { apiIn } from "../hosts.ts";
import type { WireRequest } from "../service.ts";
import type { World } from "../world.ts";
import type { Variables } from "./mapping.ts";

/** What was deployed, and where. */
export interface Deployed {
  world: World;
  api: RestApi;
  stage: Stage;
  deployment: Deployment;
}

export interface ApiRequest extends WireRequest {
  requestId: string;
  extendedRequestId: string;
  /** Milliseconds since the epoch. */
  time: number;
  /** The path below the stage, as sent. */
  path: string;
  /** The query as sent, without the question mark. */
  queryString: string;
  /** The API key that it came with, where the method asks for one. */
  apiKey?: { id: string; value: string };
}

const PREFIX = "/_aws/execute-api/";

/** The API, the stage and the request below it that a URL means; undefined for a URL of another kind. */
export function parseUrl(request: WireRequest) {
  const isOurs = request.url.startsWith(PREFIX);
  const host = isOurs ? undefined : apiIn(request);
  if (!isOurs && !host) return undefined;
  const below = host ? `${host.name}${request.url}` : request.url.slice(PREFIX.length);
  const [location = "", queryString = ""] = below.split(/\?(.*)/s);
  const [apiId = "", stageName = "", ...segments] = location.split("/");
  const received = receivedAt(request, `/${segments.join("/")}`, queryString);
  return { apiId, stageName, region: host?.region, request: received };
}

const receivedAt = (request: WireRequest, path: string, queryString: string): ApiRequest => ({
  ...request,
  requestId: randomUUID(),
  extendedRequestId: `${randomUUID().slice(-11)}EA=`,
  time: Date.now(),
  path,
  queryString,
});

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_HEAD = 10_240;
const MAX_BODY = 10 * 1024 * 1024;

/** Whether the request line and the headers together are larger than API Gateway takes. */
export function isHeadTooLarge({ method, url, headers, headBytes }: ApiRequest): boolean {
  if (headBytes !== undefined) return headBytes > MAX_HEAD;
  let size = `${method} ${url} HTTP/1.1\r\n`.length;
  for (const [name, value] of Object.entries(headers)) size += name.length + value.length + 4;
  return size > MAX_HEAD;
}

/** Whether the body is larger than API Gateway takes. */
export const isBodyTooLarge = ({ body, bodyTooLarge }: ApiRequest): boolean =>
  bodyTooLarge === true || body.length > MAX_BODY;

/**
 * Whether the query is one that API Gateway refuses: a percent sign without two hexadecimal digits
 * (https://github.com/adamchainz/apig-wsgi/pull/102) or a bare pipe
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html).
 */
export const isQueryMalformed = ({ queryString }: ApiRequest): boolean =>
  /%(?![\da-f]{2})|\|/i.test(queryString);

/** All values of each query parameter, decoded. A semicolon splits, as the page of known issues says. */
export function queryParameters({ queryString }: ApiRequest): Record<string, string[]> | null {
  const all: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(queryString.replaceAll(";", "&"))) {
    all[name] ??= [];
    all[name].push(value);
  }
  return Object.keys(all).length > 0 ? { ...all } : null;
}

/** The `$context` variables of a request. */
export const variablesOf = (
  { requestId, extendedRequestId, method, path }: ApiRequest,
  { api, stage }: Pick<Deployed, "api" | "stage">,
  resourcePath = "",
): Variables => ({
  apiId: api.id,
  stage: stage.stageName,
  requestId,
  extendedRequestId,
  httpMethod: method,
  path: `/${stage.stageName}${path}`,
  resourcePath,
});
