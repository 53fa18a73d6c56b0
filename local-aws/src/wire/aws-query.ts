/** The AWS Query protocol (IAM, STS): a form names the operation in `Action`, the answer is XML. */
import type { AwsError, AwsRequest, Call, Protocol } from "../service.ts";
import { type Faults, faultsOf } from "./faults.ts";
import { readForm } from "./form.ts";
import { WrongType } from "./reading.ts";
import type { Api, OperationShape } from "./shape.ts";
import { element, escaped, writeXml } from "./xml-output.ts";

export interface AwsQueryOptions {
  /** The XML namespace of its answers. */
  namespace: string;
  faults?: Partial<Faults>;
}

/** A service that speaks AWS Query. */
export function awsQuery(api: Api, { namespace, faults }: AwsQueryOptions): Protocol {
  const words = { ...faultsOf("MalformedInput", "ValidationError"), ...faults };
  const document = (root: string, content: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, content, ` xmlns="${namespace}"`)}`;
  const headers = (requestId: string) => ({ "content-type": "text/xml", "x-amzn-requestid": requestId });
  return {
    parse: request => read(api, words, request),
    answer: ({ operation }, output, requestId) => ({
      status: 200,
      headers: headers(requestId),
      body: document(
        `${operation}Response`,
        resultOf(api.get(operation)!, output) +
          element("ResponseMetadata", element("RequestId", escaped(requestId))),
      ),
    }),
    missing: words.missing,
    fail: (error, requestId) => ({
      status: error.status,
      headers: { ...headers(requestId), ...error.extra.headers },
      body: document("ErrorResponse", faultOf(error) + element("RequestId", escaped(requestId))),
    }),
  };
}

function read(api: Api, words: Faults, { body }: AwsRequest): Call {
  const form = new URLSearchParams(body.toString());
  const operation = form.get("Action") ?? "(none)";
  form.delete("Action");
  form.delete("Version");
  const shape = api.get(operation)?.input;
  if (!shape) return { operation, input: {}, noticed: { unknown: [...form.keys()], missing: [] } };
  const noticed = { unknown: [], missing: [] };
  try {
    return { operation, input: readForm(shape, form, noticed), noticed };
  } catch (error) {
    throw error instanceof WrongType ? words.wrongType(error, operation) : error;
  }
}

const resultOf = ({ name, output: shape }: OperationShape, output: unknown) =>
  shape ? writeXml(`${name}Result`, shape, output ?? {}) : "";

const faultOf = ({ status, code, message }: AwsError) =>
  element(
    "Error",
    element("Type", status < 500 ? "Sender" : "Receiver") +
      element("Code", escaped(code)) +
      element("Message", escaped(message)),
  );
