/** What the two REST protocols share: a route names the operation, its members are bound to parts of HTTP. */
import { type AwsError, type AwsRequest, type Call, notImplemented, type Protocol } from "../service.ts";
import type { BodyFormat } from "./bindings.ts";
import type { Faults } from "./faults.ts";
import { WrongType } from "./reading.ts";
import { readInput } from "./rest-input.ts";
import { writeOutput } from "./rest-output.ts";
import { findRoute, routesOf } from "./routes.ts";
import type { Api } from "./shape.ts";

export interface RestParts {
  format: BodyFormat;
  faults: Faults;
  /** Headers that every answer has. */
  headers(requestId: string): Record<string, string>;
  /** Headers and body of an error document. */
  errorDocument(error: AwsError, requestId: string): { headers: Record<string, string>; body: string };
}

/** A service that speaks a REST protocol. */
export function restProtocol(api: Api, { format, faults, headers, errorDocument }: RestParts): Protocol {
  const routes = routesOf(api);
  return {
    parse: request => read(routes, format, faults, request),
    answer({ operation }, output, requestId) {
      const { output: shape, http } = api.get(operation)!;
      const written = shape
        ? writeOutput(shape, { ...(output as object) }, format)
        : { headers: {}, body: "" };
      return {
        body: written.body,
        status: ("status" in written && written.status) || http![2],
        headers: { ...headers(requestId), ...written.headers },
      };
    },
    missing: faults.missing,
    fail(error, requestId) {
      const document = errorDocument(error, requestId);
      return {
        status: error.status,
        headers: { ...headers(requestId), ...document.headers, ...error.extra.headers },
        body: error.status === 304 ? "" : document.body,
      };
    },
  };
}

function read(
  routes: ReturnType<typeof routesOf>,
  format: BodyFormat,
  faults: Faults,
  request: AwsRequest,
): Call {
  const match = findRoute(routes, request);
  if (!match) throw notImplemented(`${request.method} ${request.path}`);
  const { name: operation, input: shape } = match.route.operation;
  const noticed = { unknown: [], missing: [] };
  if (!shape) return { operation, input: {}, noticed };
  try {
    return { operation, input: readInput(shape, match, request, format, noticed), noticed };
  } catch (error) {
    throw error instanceof WrongType ? faults.wrongType(error, operation) : error;
  }
}
