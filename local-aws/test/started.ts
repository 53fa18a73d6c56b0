/** Local AWSs, sockets and directories that end with the test that uses them, and requests to them. */
import { mkdtemp, rm } from "node:fs/promises";
import { type Agent, type OutgoingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  type EndpointAccessMode,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from "@aws-sdk/client-api-gateway";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Answer } from "../src/aws.ts";
import { type Listening, listen } from "../src/http.ts";
import { type Aws, type AwsOptions, startAws } from "../src/server.ts";

/** Answers everything with a text. */
export const textAnswer =
  (body: string): Answer =>
  async () => ({ status: 200, headers: { "content-type": "text/plain" }, body });

export interface Sent {
  method?: string;
  path?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
  agent?: Agent;
}

interface Received {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
}

/** Sends a request over a connection of its own. */
export function send(
  port: number,
  { method = "GET", path = "/", headers, body, agent }: Sent = {},
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port, method, path, headers, agent: agent ?? false },
      response => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", chunk => {
          text += chunk;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Sends a text as it stands, and returns all that comes back. */
export async function sendText(port: number, text: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port }, () => socket.write(text));
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}

const endings = new WeakMap<TestContext, (() => Promise<void>)[]>();

/** Undoes at the end of a test, the latest first: a directory goes after what uses it. */
function atEnd(t: TestContext, undo: () => Promise<void>): void {
  const known = endings.get(t);
  if (known) {
    known.unshift(undo);
    return;
  }
  const all = [undo];
  endings.set(t, all);
  t.after(async () => {
    for (const each of all) await each();
  });
}

/** A socket on this machine. */
export async function listening(t: TestContext, answer: Answer): Promise<Listening> {
  const socket = await listen(answer, 0);
  atEnd(t, () => socket.close());
  return socket;
}

/** A new directory. */
export async function temporary(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "local-aws-"));
  atEnd(t, () => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A local AWS with a socket. */
export async function started(t: TestContext, options: AwsOptions = {}): Promise<Aws> {
  const aws = await startAws({ port: 0, ...options });
  atEnd(t, () => aws.close());
  return aws;
}

/** What a client of the SDK is made with. */
export const clientOf = ({ endpoint, region, accessKeyId, secretAccessKey }: Aws, more = {}) => ({
  endpoint,
  region,
  credentials: { accessKeyId, secretAccessKey },
  maxAttempts: 1,
  ...more,
});

export const TABLE = {
  TableName: "kept",
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" as const }],
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" as const }],
  BillingMode: "PAY_PER_REQUEST" as const,
};

/** Creates a table and stores an item in it. */
export async function storeOne(aws: Aws): Promise<void> {
  const dynamodb = new DynamoDBClient(clientOf(aws));
  await dynamodb.send(new CreateTableCommand(TABLE));
  await dynamodb.send(new PutItemCommand({ TableName: "kept", Item: { id: { S: "a" } } }));
}

/** Deploys a REST API whose root answers 200, and returns its id. */
export async function deployed(aws: Aws, endpointAccessMode: EndpointAccessMode): Promise<string> {
  const apigateway = new APIGatewayClient(clientOf(aws));
  const { id: restApiId = "", rootResourceId: resourceId } = await apigateway.send(
    new CreateRestApiCommand({
      name: endpointAccessMode,
      endpointConfiguration: { types: ["REGIONAL"] },
      securityPolicy: "SecurityPolicy_TLS13_1_2_2021_06",
      endpointAccessMode,
    }),
  );
  const method = { restApiId, resourceId, httpMethod: "GET" };
  await apigateway.send(new PutMethodCommand({ ...method, authorizationType: "NONE" }));
  const requestTemplates = { "application/json": '{"statusCode": 200}' };
  await apigateway.send(new PutIntegrationCommand({ ...method, type: "MOCK", requestTemplates }));
  await apigateway.send(new PutMethodResponseCommand({ ...method, statusCode: "200" }));
  await apigateway.send(new PutIntegrationResponseCommand({ ...method, statusCode: "200" }));
  await apigateway.send(new CreateDeploymentCommand({ restApiId, stageName: "prod" }));
  return restApiId;
}
