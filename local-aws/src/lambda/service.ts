/** Lambda: its control plane, and Invoke. https://docs.aws.amazon.com/lambda/latest/api/ */

import {
  AwsError,
  type AwsRequest,
  type Context,
  type Input,
  notImplemented,
  type Operation,
  type Protocol,
  type Service,
  type WireResponse,
} from "../service.ts";
import { restJson } from "../wire/json.ts";
import { arnOf, functionOf } from "./functions.ts";
import { functionOperations } from "./operations.ts";
import { policyOperations } from "./policy.ts";
import { type Invocation, invoke } from "./runtime.ts";
import { concurrencyOperations, tagOperations } from "./tags.ts";

export { configureLambda, type Invocation, invoke, type LambdaSettings } from "./runtime.ts";

const FUNCTIONS = "/2015-03-31/functions";
const FUNCTION = `${FUNCTIONS}/{FunctionName}`;

const rest = restJson({
  CreateFunction: `POST ${FUNCTIONS} 201`,
  ListFunctions: `GET ${FUNCTIONS} 200`,
  GetFunction: `GET ${FUNCTION} 200`,
  DeleteFunction: `DELETE ${FUNCTION} 204`,
  GetFunctionConfiguration: `GET ${FUNCTION}/configuration 200`,
  UpdateFunctionConfiguration: `PUT ${FUNCTION}/configuration 200`,
  UpdateFunctionCode: `PUT ${FUNCTION}/code 200`,
  ListVersionsByFunction: `GET ${FUNCTION}/versions 200`,
  GetFunctionCodeSigningConfig: "GET /2020-06-30/functions/{FunctionName}/code-signing-config 200",
  AddPermission: `POST ${FUNCTION}/policy 201`,
  GetPolicy: `GET ${FUNCTION}/policy 200`,
  RemovePermission: `DELETE ${FUNCTION}/policy/{StatementId} 204`,
  GetResourcePolicy: "GET /2026-07-09/resource-policy/{ResourceArn} 200",
  PutResourcePolicy: "PUT /2026-07-09/resource-policy/{ResourceArn} 200",
  DeleteResourcePolicy: "DELETE /2026-07-09/resource-policy/{ResourceArn} 204",
  ListTags: "GET /2017-03-31/tags/{Resource} 200",
  TagResource: "POST /2017-03-31/tags/{Resource} 204",
  UntagResource: "DELETE /2017-03-31/tags/{Resource} 204",
  PutFunctionConcurrency: "PUT /2017-10-31/functions/{FunctionName}/concurrency 200",
  GetFunctionConcurrency: "GET /2019-09-30/functions/{FunctionName}/concurrency 200",
  DeleteFunctionConcurrency: "DELETE /2017-10-31/functions/{FunctionName}/concurrency 204",
  Invoke: `POST ${FUNCTION}/invocations 200`,
});

const INVOKE_HEADERS = {
  InvocationType: "x-amz-invocation-type",
  LogType: "x-amz-log-type",
  ClientContext: "x-amz-client-context",
  TenantId: "x-amz-tenant-id",
  DurableExecutionName: "x-amz-durable-execution-name",
};

/** Invoke is not like the others: its parameters are headers, its body and its answer are the function's own. */
const protocol: Protocol = {
  ...rest,
  parse(request) {
    if (!request.path.endsWith("/invocations")) return rest.parse(request);
    const { operation, input } = rest.parse({ ...request, body: Buffer.alloc(0) });
    return { operation, input: { ...input, ...headersOf(request), Payload: request.body.toString() } };
  },
  answer: (call, output, requestId) =>
    call.operation === "Invoke" ? invoked(output as Invocation) : rest.answer(call, output, requestId),
};

const headersOf = ({ headers }: AwsRequest): Input =>
  Object.fromEntries(Object.entries(INVOKE_HEADERS).map(([name, header]) => [name, headers[header]]));

const invoked = ({ payload, failed, requestId }: Invocation): WireResponse => ({
  status: 200,
  headers: {
    "content-type": "application/json",
    "x-amzn-requestid": requestId,
    "x-amz-executed-version": "$LATEST",
    ...(failed && { "x-amz-function-error": "Unhandled" }),
  },
  body: payload,
});

const Invoke: Operation = {
  params: ["FunctionName", "Qualifier", "InvocationType", "LogType", "Payload"],
  async run(
    { InvocationType = "RequestResponse", LogType = "None", Payload, ...input }: Input,
    context: Context,
  ) {
    if (InvocationType !== "RequestResponse") throw notImplemented(`the invocation type ${InvocationType}`);
    if (LogType !== "None") throw notImplemented(`the log type ${LogType}`);
    const fn = functionOf(input, context);
    return invoke(context.world, arnOf(context.world, fn), jsonOf(Payload));
  },
};

function jsonOf(payload: string): string {
  if (payload === "") return "{}";
  try {
    JSON.parse(payload);
    return payload;
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      400,
      `Could not parse request body into json: ${error}`,
    );
  }
}

export const lambda: Service = {
  name: "lambda",
  protocol,
  operations: {
    ...functionOperations,
    ...policyOperations,
    ...tagOperations,
    ...concurrencyOperations,
    Invoke,
  },
};
