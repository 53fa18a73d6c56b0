/** A local AWS with IAM, Lambda and API Gateway, its clients, and functions made on the spot. */
import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { accountKey, authorize } from "../src/access/authorize.ts";
import { verify } from "../src/access/verify.ts";
import { apigateway } from "../src/apigateway/service.ts";
import { createAnswer } from "../src/aws.ts";
import { serveApi } from "../src/execute-api/serve.ts";
import { iam } from "../src/iam/service.ts";
import { inProcessHandler } from "../src/in-process.ts";
import { serveCode } from "../src/lambda/code.ts";
import { lambda } from "../src/lambda/service.ts";
import { logs } from "../src/logs/service.ts";
import { World } from "../src/world.ts";
import { role } from "./roles.ts";

export const REGION = "eu-west-1";

/** A zip of files by name. */
export const zipOf = (files: Record<string, string | Uint8Array>): Uint8Array =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        name,
        typeof content === "string" ? strToU8(content) : content,
      ]),
    ),
  );

export type LambdaWorld = Awaited<ReturnType<typeof lambdaWorld>>;

/** A local AWS in this process, with a role for its functions. */
export async function lambdaWorld(world = new World()) {
  const answer = createAnswer({
    world,
    services: [apigateway, iam, lambda, logs],
    publics: [serveApi(world), serveCode(world)],
    verify,
    authorize,
  });
  const { id: accessKeyId, secret: secretAccessKey } = accountKey(world);
  const config = {
    region: REGION,
    endpoint: world.endpoint,
    credentials: { accessKeyId, secretAccessKey },
    requestHandler: inProcessHandler(answer),
    maxAttempts: 1,
  };
  const clients = {
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    apigateway: new APIGatewayClient(config),
    logs: new CloudWatchLogsClient(config),
  };
  const { Role } = await clients.iam.send(role("runner"));
  const roleArn = Role?.Arn ?? "";

  const createFunction = (code: string, settings: Partial<CreateFunctionCommandInput> = {}) =>
    clients.lambda.send(
      new CreateFunctionCommand({
        FunctionName: "fn",
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Role: roleArn,
        Code: { ZipFile: zipOf({ "index.mjs": code }) },
        ...settings,
      }),
    );

  async function invoke(payload: unknown = {}, FunctionName = "fn") {
    const answer = await clients.lambda.send(
      new InvokeCommand({ FunctionName, Payload: strToU8(JSON.stringify(payload)) }),
    );
    return { error: answer.FunctionError, answer: JSON.parse(answer.Payload?.transformToString() ?? "") };
  }

  const allowLogs = () =>
    clients.iam.send(
      new PutRolePolicyCommand({
        RoleName: "runner",
        PolicyName: "logs",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: { Effect: "Allow", Action: "logs:*", Resource: "*" },
        }),
      }),
    );

  return { world, answer, ...clients, roleArn, createFunction, invoke, allowLogs };
}
