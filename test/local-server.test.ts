import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type OutgoingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Answer, ConnectionCut } from "../local/aws.ts";
import { type Listening, listen } from "../local/http.ts";
import { createLocalAws, type LocalAws, type LocalAwsOptions, startLocalAws } from "../local/server.ts";
import type { WireRequest } from "../local/service.ts";

const MEGABYTE = 1024 * 1024;

const textAnswer =
  (body: string): Answer =>
  async () => ({ status: 200, headers: { "content-type": "text/plain" }, body });

interface Sent {
  method?: string;
  path?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
}

interface Received {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
}

function send(port: number, { method = "GET", path = "/", headers, body }: Sent = {}): Promise<Received> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, response => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", chunk => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
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

async function listening(t: TestContext, answer: Answer): Promise<Listening> {
  const socket = await listen(answer, 0);
  atEnd(t, () => socket.close());
  return socket;
}

async function temporary(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "local-aws-"));
  atEnd(t, () => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function started(t: TestContext, options: LocalAwsOptions = {}): Promise<LocalAws> {
  const aws = await startLocalAws({ port: 0, ...options });
  atEnd(t, () => aws.close());
  return aws;
}

const clientOf = ({ endpoint, region, accessKeyId, secretAccessKey }: LocalAws, more = {}) => ({
  endpoint,
  region,
  credentials: { accessKeyId, secretAccessKey },
  maxAttempts: 1,
  ...more,
});

const TABLE = {
  TableName: "kept",
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" as const }],
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" as const }],
  BillingMode: "PAY_PER_REQUEST" as const,
};

async function storeOne(aws: LocalAws): Promise<void> {
  const dynamodb = new DynamoDBClient(clientOf(aws));
  await dynamodb.send(new CreateTableCommand(TABLE));
  await dynamodb.send(new PutItemCommand({ TableName: "kept", Item: { id: { S: "a" } } }));
}

describe("the socket of the local AWS", () => {
  it("passes a request on as it came, and the answer back", async t => {
    let seen: WireRequest | undefined;
    const { port } = await listening(t, async wire => {
      seen = wire;
      return { status: 201, headers: { "x-answer": "yes" }, body: Buffer.from("done") };
    });

    const answer = await send(port, {
      method: "POST",
      path: "/a%20b?c=%26",
      headers: { "X-Some": "1" },
      body: "é",
    });

    assert.equal(seen?.method, "POST");
    assert.equal(seen?.url, "/a%20b?c=%26");
    assert.equal(seen?.headers["x-some"], "1");
    assert.equal(seen?.body.toString(), "é");
    assert.deepEqual([answer.status, answer.headers["x-answer"], answer.body], [201, "yes", "done"]);
  });

  it("answers only under its own names and its own port", async t => {
    const { port } = await listening(t, textAnswer("inside"));
    const statusFor = async (host: string) => (await send(port, { headers: { host } })).status;

    const own = [`127.0.0.1:${port}`, `localhost:${port}`, `pages.s3-website-us-east-1.localhost:${port}`];
    const foreign = [
      "evil.example",
      `evil.example:${port}`,
      `localhost:${port + 1}`,
      "localhost",
      `localhost.evil.example:${port}`,
      `x.s3-website.localhost.evil.example:${port}`,
    ];

    for (const host of own) assert.equal(await statusFor(host), 200, host);
    for (const host of foreign) assert.notEqual(await statusFor(host), 200, host);
  });

  it("listens on this machine only", async t => {
    const { port } = await listening(t, textAnswer("inside"));

    const other = new Promise((resolve, reject) => {
      connect({ host: "127.0.0.2", port }).on("connect", resolve).on("error", reject);
    });

    await assert.rejects(other, { code: "ECONNREFUSED" });
  });

  it("takes headers larger than API Gateway's limit, so that execute-api can refuse them itself", async t => {
    const { port } = await listening(t, textAnswer("inside"));

    const { status } = await send(port, { path: `/?value=${"x".repeat(20_000)}` });

    assert.equal(status, 200);
  });

  it("refuses a body of more than 16 MB, unless it is a function's code", async t => {
    const { port } = await listening(t, async ({ body }) => ({
      status: 200,
      headers: {},
      body: `${body.length}`,
    }));
    const large = Buffer.alloc(17 * MEGABYTE);
    const signedFor = (service: string) => ({
      authorization: `AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/${service}/aws4_request`,
    });
    const post = (headers: OutgoingHttpHeaders) => send(port, { method: "POST", headers, body: large });

    const code = await post(signedFor("lambda"));
    const chunked = post({ "transfer-encoding": "chunked" });
    const object = post(signedFor("s3"));

    assert.equal(code.body, `${large.length}`);
    for (const refused of [chunked, object]) {
      const outcome = await refused.then(
        ({ status }) => status,
        error => error.code,
      );
      assert.ok([413, "ECONNRESET", "EPIPE"].includes(outcome), `${outcome}`);
    }
    assert.equal((await send(port)).status, 200);
  });

  it("breaks the connection when the weather cuts it", async t => {
    const { port } = await listening(t, async () => {
      throw new ConnectionCut();
    });

    await assert.rejects(send(port), { code: "ECONNRESET" });
  });

  it("says in plain words that the port is taken", async t => {
    const { port } = await listening(t, textAnswer("first"));

    const second = listen(textAnswer("second"), port);

    await assert.rejects(second, {
      message: `Cannot listen on 127.0.0.1:${port} because the port is taken: another program uses it, perhaps another npm start. Stop that program or use --port N.`,
    });
  });

  it("lets a request under way end before it closes, and does not wait for idle connections", async t => {
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    let arrived = () => {};
    const arrival = new Promise<void>(resolve => {
      arrived = resolve;
    });
    const socket = await listen(async () => {
      arrived();
      await held;
      return { status: 200, headers: {}, body: "late" };
    }, 0);
    const idle = connect({ host: "127.0.0.1", port: socket.port });
    t.after(() => idle.destroy());
    const underWay = send(socket.port);
    await arrival;

    const closed = socket.close();
    release();

    assert.equal((await underWay).body, "late");
    await closed;
  });

  it("closes within seconds even when a request never ends", async () => {
    let arrived = () => {};
    const arrival = new Promise<void>(resolve => {
      arrived = resolve;
    });
    const socket = await listen(() => {
      arrived();
      return new Promise(() => {});
    }, 0);
    const never = send(socket.port).catch(error => error.code);
    await arrival;

    const begun = performance.now();
    await socket.close();

    assert.ok(performance.now() - begun < 5_000);
    assert.equal(await never, "ECONNRESET");
  });
});

describe("the local AWS", () => {
  it("answers the holder of its key, under the account that it was given", async t => {
    const aws = await started(t, { account: "123456789012" });

    const caller = await new STSClient(clientOf(aws)).send(new GetCallerIdentityCommand({}));

    assert.equal(caller.Account, "123456789012");
  });

  it("refuses every other key", async t => {
    const aws = await started(t);
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };

    const caller = new STSClient(clientOf(aws, { credentials })).send(new GetCallerIdentityCommand({}));

    await assert.rejects(caller, { name: "InvalidClientTokenId" });
  });

  it("gives a web page no access to its control plane", async t => {
    const { endpoint } = await started(t);
    const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };

    const preflight = await fetch(endpoint, { method: "OPTIONS", headers });
    const call = await fetch(endpoint, {
      method: "POST",
      headers: { ...headers, "x-amz-target": "DynamoDB_20120810.ListTables" },
      body: "{}",
    });

    for (const answer of [preflight, call]) {
      assert.ok(answer.status >= 400);
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
    }
  });

  it("is at two origins of one socket, and says so in the SDK's environment variables", async t => {
    const aws = await started(t);

    const { port } = new URL(aws.endpoint);

    assert.equal(aws.siteEndpoint, `http://localhost:${port}`);
    assert.equal(aws.world.endpoint, aws.endpoint);
    assert.deepEqual(aws.environment, {
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ENDPOINT_URL_S3: aws.siteEndpoint,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: aws.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
    });
  });

  it("records the calls of the account, not those of others", async t => {
    const aws = await started(t);
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    await assert.rejects(storeOne({ ...aws, ...credentials }));

    await storeOne(aws);

    assert.deepEqual(
      aws.calls.map(({ service, operation, status }) => [service, operation, status]),
      [
        ["dynamodb", "CreateTable", 200],
        ["dynamodb", "PutItem", 200],
      ],
    );
  });

  it("works without a socket", async t => {
    const aws = await createLocalAws();
    t.after(() => aws.close());
    const authorization = `AWS4-HMAC-SHA256 Credential=${aws.accessKeyId}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`;

    const answer = await aws.answer({
      method: "POST",
      url: "/",
      headers: { authorization, "x-amz-target": "DynamoDB_20120810.ListTables" },
      body: Buffer.from("{}"),
    });

    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.body.toString()), { TableNames: [] });
  });
});

describe("the kept state", () => {
  const scan = async (aws: LocalAws) =>
    (await new DynamoDBClient(clientOf(aws)).send(new ScanCommand({ TableName: "kept" }))).Items;

  it("outlives a restart: account, key, tables and items", async t => {
    const directory = await temporary(t);
    const first = await startLocalAws({ port: 0, directory, account: "123456789012" });
    await storeOne(first);
    await first.close();

    const second = await started(t, { directory });

    assert.equal(second.world.account, "123456789012");
    assert.equal(second.accessKeyId, first.accessKeyId);
    assert.deepEqual(await scan(second), [{ id: { S: "a" } }]);
  });

  it("is saved soon after a change, and only its owner may read it", async t => {
    const directory = await temporary(t);
    const path = join(directory, "aws.json");
    const aws = await started(t, { directory });

    await storeOne(aws);

    const deadline = Date.now() + 5_000;
    let text = "";
    while (!text.includes('"kept"') && Date.now() < deadline) {
      await new Promise(resolve => setTimeout(resolve, 50));
      text = await readFile(path, "utf8").catch(() => "");
    }
    assert.match(text, /"TableName":"kept"/);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it("is in use by one at a time", async t => {
    const directory = await temporary(t);
    await started(t, { directory });

    const second = startLocalAws({ port: 0, directory });

    await assert.rejects(second, /another npm start is already running/);
  });

  it("is free again when the port could not be had", async t => {
    const directory = await temporary(t);
    const { port } = await listening(t, textAnswer("other"));
    await assert.rejects(startLocalAws({ port, directory }), /the port is taken/);

    const again = startLocalAws({ port: 0, directory });

    await (await again).close();
  });

  for (const [what, text, complaint] of [
    ["that is cut off", '{"version":1,"acc', /aws\.json because it is not JSON.*--fresh/s],
    ["of another version", '{"version":7}', /its version is 7, not 1.*--fresh/s],
    ["that is not an object", "null", /its version is undefined.*--fresh/s],
    ["without data", '{"version":1,"account":"1"}', /its data is missing.*--fresh/s],
  ] as const)
    it(`is reported and left alone when its file is one ${what}`, async t => {
      const directory = await temporary(t);
      const path = join(directory, "aws.json");
      await writeFile(path, text);

      const start = startLocalAws({ port: 0, directory });

      await assert.rejects(start, complaint);
      assert.equal(await readFile(path, "utf8"), text);
      await rm(path);
      await started(t, { directory });
    });

  it("is reported when the items cannot be opened", async t => {
    const directory = await temporary(t);
    await mkdir(join(directory, "dynamodb"));
    await writeFile(join(directory, "dynamodb", "CURRENT"), "nonsense");

    const start = startLocalAws({ port: 0, directory });

    await assert.rejects(start, /Cannot open the tables' items in .*dynamodb because .*--fresh/s);
  });

  it("is not taken for another account's", async t => {
    const directory = await temporary(t);
    const first = await startLocalAws({ port: 0, directory, account: "111111111111" });
    await storeOne(first);
    await first.close();

    const second = startLocalAws({ port: 0, directory, account: "222222222222" });

    await assert.rejects(second, /of the account 111111111111, not 222222222222/);
  });
});
