/** A table for tests: the local AWS's, in memory, behind a server that can be told to misbehave. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { createAws } from "local-aws";

export const ORIGIN = "http://site.example";

export class FakeTable {
  readonly #aws = createAws({ region: "eu-west-1" });
  readonly #server = createServer((request, response) => {
    this.requests.push(String(request.headers["x-amz-target"]).replace(/^.*\./, ""));
    if (this.misbehave) this.misbehave(request, response);
    else this.#answer(request, response);
  });
  #credentials = { accessKeyId: "", secretAccessKey: "" };
  /** The operations that were asked for since the last reset. */
  requests: string[] = [];
  /** Answers instead of the database, while it is set. */
  misbehave: RequestListener | undefined;

  async start(): Promise<void> {
    const { accessKeyId, secretAccessKey } = await this.#aws;
    this.#credentials = { accessKeyId, secretAccessKey };
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { client } = this;
    await client.send(
      new CreateTableCommand({
        TableName: "items",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    const patience = { client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.05 };
    await waitUntilTableExists(patience, { TableName: "items" });
    this.reset();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const { answer } = await this.#aws;
    const answered = await answer({
      method,
      url,
      headers: headers as Record<string, string>,
      body: await buffer(request),
    });
    response.writeHead(answered.status, answered.headers).end(answered.body);
  }

  /** A client that reads and writes past the function. */
  get client(): DynamoDBClient {
    return new DynamoDBClient({
      region: "eu-west-1",
      endpoint: this.endpoint,
      credentials: this.#credentials,
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
      AWS_ACCESS_KEY_ID: this.#credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.#credentials.secretAccessKey,
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
    void this.#aws.then(aws => aws.close());
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
