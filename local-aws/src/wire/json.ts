/** The wire protocol that is JSON and nothing else, for services that the SDK's schemas do not serve yet. */
import {
  type AwsError,
  type AwsRequest,
  AwsError as Failure,
  type Input,
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
