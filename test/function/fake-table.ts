/** A table for tests: dynalite in memory, behind a server that can be told to misbehave. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** dynalite has no types of its own. */
const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)("dynalite");

export const ORIGIN = "http://site.example";

const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };

export class FakeTable {
  readonly #database = dynalite({ createTableMs: 0 });
  readonly #server = createServer((request, response) => {
    this.requests.push(String(request.headers["x-amz-target"]).replace(/^.*\./, ""));
    if (this.misbehave) this.misbehave(request, response);
    else this.#database.emit("request", request, response);
  });
  /** The operations that were asked for since the last reset. */
  requests: string[] = [];
  /** Answers instead of the database, while it is set. */
  misbehave: RequestListener | undefined;

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    await this.client.send(
      new CreateTableCommand({
        TableName: "items",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
  }

  /** A client that reads and writes past the function. */
  get client(): DynamoDBClient {
    return new DynamoDBClient({
      region: "eu-west-1",
      endpoint: this.endpoint,
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The function's environment, as Lambda sets it. */
  get environment(): Record<string, string> {
    return {
      TABLE_NAME: "items",
      ALLOWED_ORIGIN: ORIGIN,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_SESSION_TOKEN: "token",
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    };
  }

  /** Forgets the past requests and behaves again. */
  reset(): void {
    this.requests = [];
    this.misbehave = undefined;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** Answers with an error as DynamoDB words it. */
export const fails =
  (status: number, type: string, message = "no"): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }));
  };

/** Takes the request and never answers. */
export const hangs: RequestListener = () => {};

/** Breaks the connection instead of an answer. */
export const cutsOff: RequestListener = request => {
  request.socket.destroy();
};
