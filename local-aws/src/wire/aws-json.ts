/** AWS JSON 1.0 and 1.1 (DynamoDB, CloudWatch Logs): the header X-Amz-Target names the operation. */
import type { AwsRequest, Call, Input, Protocol } from "../service.ts";
import { type Faults, faultsOf } from "./faults.ts";
import { objectOf, parseJson, readJson, toJson } from "./json-document.ts";
import { WrongType } from "./reading.ts";
import type { Api } from "./shape.ts";

export interface AwsJsonOptions {
  version: "1.0" | "1.1";
  /** Operations that check their input themselves: it is passed to them as it came. */
  unread?: ReadonlySet<string>;
  /** Operations that answer JSON as it is sent. */
  unwritten?: ReadonlySet<string>;
  faults?: Partial<Faults>;
}

/** A service that speaks AWS JSON. */
export function awsJson(api: Api, { version, faults, unread, unwritten }: AwsJsonOptions): Protocol {
  const words = { ...faultsOf("SerializationException", "ValidationException"), ...faults };
  const type = `application/x-amz-json-${version}`;
  const headers = (requestId: string) => ({ "content-type": type, "x-amzn-requestid": requestId });
  return {
    parse: request => read(api, words, request, unread),
    answer({ operation }, output, requestId) {
      const shape = api.get(operation)?.output;
      const answer = unwritten?.has(operation) ? output : shape && toJson(shape, output ?? {});
      return { status: 200, headers: headers(requestId), body: JSON.stringify(answer) ?? "" };
    },
    missing: words.missing,
    fail: (error, requestId) => ({
      status: error.status,
      headers: { ...headers(requestId), ...error.extra.headers },
      body: JSON.stringify({ __type: error.code, message: error.message, ...error.extra.members }),
    }),
  };
}

function read(api: Api, words: Faults, { headers, body }: AwsRequest, unread?: ReadonlySet<string>): Call {
  const operation = headers["x-amz-target"]?.split(".").pop() ?? "(none)";
  const shape = api.get(operation)?.input;
  const noticed = { unknown: [], missing: [] };
  if (!shape) return { operation, input: {}, noticed };
  try {
    if (unread?.has(operation)) return { operation, input: objectOf(parseJson(body) ?? {}, "") };
    return { operation, input: readJson(shape, parseJson(body) ?? {}, "", noticed) as Input, noticed };
  } catch (error) {
    throw error instanceof WrongType ? words.wrongType(error, operation) : error;
  }
}
