/** Lambda: its control plane, and Invoke. https://docs.aws.amazon.com/lambda/latest/api/ */
import * as sdk from "@aws-sdk/client-lambda";
import { restJsonRefusals } from "../access/refusals.ts";
import { AwsError, type Context, notImplemented, type Service } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { restJson } from "../wire/rest-json.ts";
import { apiOf } from "../wire/schema.ts";
import { arnOf, functionOf } from "./functions.ts";
import { functionOperations } from "./operations.ts";
import { permissions } from "./permissions.ts";
import { policyOperations } from "./policy.ts";
import { invoke } from "./runtime.ts";
import { concurrencyOperations, tagOperations } from "./tags.ts";

const api = apiOf(sdk);

const invocations: Operations<typeof sdk> = {
  Invoke: {
    params: ["FunctionName", "Qualifier", "InvocationType", "LogType", "Payload"],
    run: invokeFunction,
  },
};

async function invokeFunction(input: Given<sdk.InvokeCommandInput>, context: Context) {
  const { InvocationType = "RequestResponse", LogType = "None", Payload } = input;
  if (InvocationType !== "RequestResponse") throw notImplemented(`the invocation type ${InvocationType}`);
  const fn = functionOf(input, context);
  const {
    payload,
    failed,
    tail = "",
  } = await invoke(context.world, arnOf(context.world, fn), jsonOf(Payload as Buffer | undefined));
  return {
    StatusCode: 200,
    ExecutedVersion: "$LATEST",
    Payload: Buffer.from(payload),
    ...(failed && { FunctionError: "Unhandled" }),
    ...(LogType === "Tail" && { LogResult: Buffer.from(tail).toString("base64") }),
  };
}

function jsonOf(payload: Buffer = Buffer.alloc(0)): string {
  const text = payload.toString();
  if (text === "") return "{}";
  try {
    JSON.parse(text);
    return text;
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
  api,
  protocol: restJson(api),
  operations: {
    ...functionOperations,
    ...policyOperations,
    ...tagOperations,
    ...concurrencyOperations,
    ...invocations,
  },
  permissions,
  refusals: restJsonRefusals,
};
