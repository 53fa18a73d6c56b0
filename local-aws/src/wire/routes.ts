/**
 * Which operation a REST request asks for. Method and path tell most of them apart, words of the query others
 * (`?policy`), and some only a parameter that one of them requires: CopyObject is PutObject with a source.
 */
import type { AwsRequest } from "../service.ts";
import type { Api, Member, OperationShape } from "./shape.ts";

export interface Route {
  operation: OperationShape;
  /** Parts of the path: "restapis", "{restApiId}", "{Key+}". */
  path: string[];
  /** Words that the query must have, with their values if it is not enough that they are there. */
  words: [word: string, value: string][];
  /** Names of required headers and parameters of the query. */
  headers: string[];
  query: string[];
}

export interface Match {
  route: Route;
  /** What the path says of the input, percent-encoded. */
  labels: Record<string, string>;
}

/** Makes the routes of an API, by method. */
export function routesOf(api: Api): ReadonlyMap<string, readonly Route[]> {
  const routes = new Map<string, Route[]>();
  for (const operation of api.values()) {
    const [method = ""] = operation.http ?? [];
    routes.set(method, [...(routes.get(method) ?? []), routeOf(operation)]);
  }
  return routes;
}

function routeOf(operation: OperationShape): Route {
  const [, uri = ""] = operation.http ?? [];
  const [path = "", query = ""] = uri.split("?");
  const required = operation.input?.required ?? [];
  return {
    operation,
    path: [...labelsBefore(path, operation), ...partsOf(path)],
    words: [...new URLSearchParams(query)].filter(([word]) => word !== "x-id"),
    headers: namesOf(required, "httpHeader").map(name => name.toLowerCase()),
    query: namesOf(required, "httpQuery"),
  };
}

const partsOf = (path: string): string[] => path.split("/").filter(part => part !== "");

/** S3 names its bucket in the host; sent to one host for all (path-style), it is the path's first part. */
function labelsBefore(path: string, { input }: OperationShape): string[] {
  const labels = [...(input?.members.values() ?? [])].filter(({ traits }) => traits.httpLabel);
  return labels
    .map(({ name }) => name)
    .filter(name => !path.includes(`{${name}}`) && !path.includes(`{${name}+}`))
    .map(name => `{${name}}`);
}

const namesOf = (members: readonly Member[], trait: "httpHeader" | "httpQuery"): string[] =>
  members.flatMap(({ traits }) => traits[trait] ?? []);

/** Finds the operation. Of those that the request is complete for, the one that asks for most is meant. */
export function findRoute(
  routes: ReadonlyMap<string, readonly Route[]>,
  request: AwsRequest,
): Match | undefined {
  const segments = request.path.split("/").slice(1);
  let best: (Match & { score: number }) | undefined;
  for (const route of routes.get(request.method) ?? []) {
    const labels = match(route, segments);
    if (!labels || !hasWords(route, request.query)) continue;
    const score = scoreOf(route, request);
    if (!best || score > best.score) best = { route, labels, score };
  }
  return best;
}

function match({ path }: Route, segments: string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [at, part] of path.entries()) {
    const label = part.startsWith("{") ? part.slice(1, -1) : undefined;
    if (label?.endsWith("+")) {
      labels[label.slice(0, -1)] = segments.slice(at).join("/");
      return segments.slice(at).join("") === "" ? undefined : labels;
    }
    const segment = segments[at];
    if (label === undefined ? segment !== part : !segment) return undefined;
    if (label !== undefined) labels[label] = segment!;
  }
  const rest = segments.slice(path.length);
  return rest.length === 0 || (rest.length === 1 && rest[0] === "") ? labels : undefined;
}

const hasWords = ({ words }: Route, query: URLSearchParams): boolean =>
  words.every(([word, value]) => query.has(word) && (value === "" || query.get(word) === value));

function scoreOf(
  { path, words, headers, query: names, operation }: Route,
  { headers: given, query }: AwsRequest,
) {
  const missing =
    headers.filter(name => given[name] === undefined).length + names.filter(name => !query.has(name)).length;
  const literal = path.filter(part => !part.startsWith("{")).length;
  const meant = query.get("x-id") === operation.name ? 0.5 : 0;
  return literal * 10_000 + words.length * 1_000 - missing * 100 + headers.length + names.length + meant;
}
