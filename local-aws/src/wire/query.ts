/** The AWS Query protocol (IAM, STS): a form names the operation in `Action`, the answer is XML. */
import { AwsError, type Input, type Protocol } from "../service.ts";
import { toXml, type Xml } from "./xml.ts";

/**
 * A service that speaks AWS Query.
 * @param namespace the XML namespace of its answers
 */
export function awsQuery(namespace: string): Protocol {
  const headers = { "content-type": "text/xml" };
  return {
    parse(request) {
      const form = new URLSearchParams(request.body.toString());
      const operation = form.get("Action") ?? "(none)";
      form.delete("Action");
      form.delete("Version");
      return { operation, input: nest(form) };
    },
    answer: ({ operation }, output, requestId) => ({
      status: 200,
      headers: { ...headers, "x-amzn-requestid": requestId },
      body: toXml({
        [`${operation}Response`]: {
          "@xmlns": namespace,
          ...(output === undefined ? {} : { [`${operation}Result`]: withMembers(output as Xml) }),
          ResponseMetadata: { RequestId: requestId },
        },
      }),
    }),
    fail: (error, requestId) => ({
      status: error.status,
      headers: { ...headers, "x-amzn-requestid": requestId, ...error.extra.headers },
      body: toXml({ ErrorResponse: { "@xmlns": namespace, Error: fault(error), RequestId: requestId } }),
    }),
  };
}

const fault = (error: AwsError) => ({
  Type: error.status < 500 ? "Sender" : "Receiver",
  Code: error.code,
  Message: error.message,
});

/** `Tags.member.1.Key=a` becomes `{ Tags: [{ Key: "a" }] }`. */
function nest(form: URLSearchParams): Input {
  const input: Input = {};
  for (const [name, value] of form) place(input, name, value);
  return input;
}

const PATH = /^(?<name>[A-Z]\w*)(?:\.member\.(?<number>[1-9]\d{0,2})(?:\.(?<inner>.+))?)?$/;

function place(target: Input, path: string, value: string): void {
  const { name, number, inner } = PATH.exec(path)?.groups ?? {};
  if (name === undefined) throw new AwsError("MalformedInput", 400, `The parameter ${path} is malformed.`);
  if (number === undefined) {
    target[name] = value;
    return;
  }
  if (!Array.isArray(target[name])) target[name] = [];
  const list = target[name];
  if (inner === undefined) list[Number(number) - 1] = value;
  else {
    list[Number(number) - 1] ??= {};
    place(list[Number(number) - 1], inner, value);
  }
}

/** In AWS Query, the items of a list are elements named "member". */
function withMembers(output: Xml): Xml {
  if (Array.isArray(output)) return { member: output.map(withMembers) };
  if (typeof output !== "object" || output === null) return output;
  return Object.fromEntries(Object.entries(output).map(([name, value]) => [name, withMembers(value)]));
}
