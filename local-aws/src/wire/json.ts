/** The wire protocols that are JSON: one operation a target header, or one a method and path. */
import { randomUUID } from "node:crypto";
import {
  type AwsError,
  type AwsRequest,
  type Call,
  AwsError as Failure,
  type Input,
  notImplemented,
  type Protocol,
  type WireResponse,
} from "../service.ts";

/** AWS JSON 1.0 and 1.1 (DynamoDB, CloudWatch Logs): the header X-Amz-Target names the operation. */
export function awsJson(version: "1.0" | "1.1"): Protocol {
  const headers = { "content-type": `application/x-amz-json-${version}` };
  return {
    parse: request => ({ operation: targetOf(request), input: parseJson(request) }),
    answer: (_call, output) => ({
      status: 200,
      headers,
      body: output === undefined ? "" : JSON.stringify(output),
    }),
    fail: error => ({
      ...failure(error, headers),
      body: JSON.stringify({ __type: error.code, message: error.message, ...error.extra.members }),
    }),
  };
}

const targetOf = (request: AwsRequest) => request.headers["x-amz-target"]?.split(".").pop() ?? "(none)";

const failure = (error: AwsError, headers: Record<string, string>): WireResponse => ({
  status: error.status,
  headers: { ...headers, ...error.extra.headers },
  body: "",
});

function parseJson(request: AwsRequest): Input {
  if (request.body.length === 0) return {};
  try {
    return JSON.parse(request.body.toString());
  } catch {
    throw new Failure("SerializationException", 400, "The body is not JSON.");
  }
}

/** One operation of a REST protocol: "POST /restapis/{restApiId}/stages 201". */
export type Routes = Record<string, string>;

/**
 * AWS REST JSON (Lambda, API Gateway): the method and the path name the operation. The input is made of the
 * path's parameters, the query's and the body's members.
 * @param routes operation name -> "METHOD /path/{parameter} status"
 */
export function restJson(routes: Routes): Protocol {
  const table = Object.entries(routes).map(([operation, route]) => compile(operation, route));
  const status = new Map(table.map(({ operation, status }) => [operation, status]));
  return {
    parse(request) {
      for (const { operation, method, pattern } of table) {
        const match = method === request.method && pattern.exec(request.path);
        if (match) return { operation, input: inputOf(request, match.groups ?? {}) };
      }
      throw notImplemented(`${request.method} ${request.path}`);
    },
    answer: (call: Call, output, requestId) => ({
      status: status.get(call.operation) ?? 200,
      headers: { "content-type": "application/json", "x-amzn-requestid": requestId },
      body: output === undefined ? "" : JSON.stringify(output),
    }),
    fail: error => ({
      ...failure(error, {
        "content-type": "application/json",
        "x-amzn-errortype": error.code,
        "x-amzn-requestid": randomUUID(),
      }),
      body: JSON.stringify({ message: error.message, ...error.extra.members }),
    }),
  };
}

function compile(operation: string, route: string) {
  const [method, path, status] = route.split(" ") as [string, string, string];
  const pattern = path.replace(
    /\{(\w+)(\+?)\}/g,
    (_, name, greedy) => `(?<${name}>${greedy ? ".+" : "[^/]+"})`,
  );
  return { operation, method, pattern: new RegExp(`^${pattern}/?$`), status: Number(status) };
}

function inputOf(request: AwsRequest, path: Record<string, string>): Input {
  const fromPath = Object.entries(path).map(([name, text]) => [name, decodeURIComponent(text)]);
  const names = new Set(request.query.keys());
  const fromQuery = [...names].map(name => {
    const all = request.query.getAll(name);
    return [name, all.length > 1 ? all : all[0]];
  });
  return { ...Object.fromEntries(fromQuery), ...parseJson(request), ...Object.fromEntries(fromPath) };
}
