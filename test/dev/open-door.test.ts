/** The local AWS is no open door: neither for programs without its key nor for web pages of others. */
import assert from "node:assert/strict";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { after, before, describe, test } from "node:test";
import { APIGatewayClient, CreateRestApiCommand } from "@aws-sdk/client-api-gateway";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DeleteFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, S3Client, type S3ServiceException } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Aws, signed, startAws } from "local-aws";
import type { Browser, Page } from "playwright-core";
import { deploy } from "../../ensure.ts";
import { launchBrowser, withoutBrowser } from "../shared/browser.ts";
import { HEADERS } from "../shared/caller.ts";
import { itemOf, queryOf } from "../shared/items.ts";

const MEGABYTE = 1024 * 1024;
const NAME = "door";

let aws: Aws;
let apiUrl: string;
let port: number;
let bucket: string;

before(async () => {
  aws = await startAws();
  port = Number(new URL(aws.endpoint).port);
  Object.assign(process.env, aws.environment);
  ({ apiUrl } = await deploy({ name: NAME, region: aws.region }));
  bucket = `${NAME}-${aws.account}-${aws.region}`;
  await fetch(`${apiUrl}?${queryOf(itemOf("mine", "private"))}`, { method: "POST", headers: HEADERS });
});
after(() => aws.close());

const settings = ({ endpoint, region, accessKeyId, secretAccessKey }: Aws) => ({
  endpoint,
  region,
  credentials: { accessKeyId, secretAccessKey },
  maxAttempts: 1,
});

/** All that exists, but for what functions leave behind by running. */
async function everything(): Promise<string> {
  const { Items } = await new DynamoDBClient(settings(aws)).send(new ScanCommand({ TableName: NAME }));
  const world = JSON.parse(JSON.stringify(aws.contents()), (key, value) =>
    key === "streams" ? undefined : value,
  );
  return JSON.stringify([Items, world]);
}

interface Asked {
  method?: string;
  path?: string;
  headers?: Record<string, string> | string[];
}

function statusOf({ method = "GET", path = "/", headers = {} }: Asked): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, method, path, headers, agent: false }, response => {
      response.resume().on("end", () => resolve(response.statusCode));
    })
      .on("error", reject)
      .end();
  });
}

interface Signing {
  service: string;
  path?: string;
  host?: string;
  headers?: Record<string, string>;
  body?: string;
  by?: Pick<Aws, "accessKeyId" | "secretAccessKey">;
}

/** The headers of a request with a right signature of the local AWS's own key, or another's. */
async function withSignature({ service, path = "/", body = "", by = aws, ...sent }: Signing) {
  const { accessKeyId, secretAccessKey } = by;
  const request = {
    method: body === "" ? "GET" : "POST",
    url: path,
    headers: { ...sent.headers, host: sent.host ?? `127.0.0.1:${port}` },
    body: Buffer.from(body),
  };
  const { headers } = await signed(request, { service, region: aws.region, accessKeyId, secretAccessKey });
  return headers;
}

describe("the local AWS", () => {
  test("is at 127.0.0.1 and at no other address of this machine", async () => {
    const own = Object.values(networkInterfaces()).flatMap(all => all?.map(({ address }) => address) ?? []);
    const others = new Set(["127.0.0.2", "::1", ...own].filter(address => address !== "127.0.0.1"));

    for (const host of others) {
      const outcome = await new Promise(resolve => {
        const socket = connect({ host, port }, () => resolve("connected"));
        socket.on("error", resolve).on("connect", () => socket.destroy());
      });
      assert.notEqual(outcome, "connected", host);
    }
  });

  test("refuses a wrong key with each service's own error, and without effect", async () => {
    const wrong = settings({ ...aws, accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "guessed" });
    const trust = `{"Version":"2012-10-17","Statement":[]}`;
    const before = await everything();

    const attempts = {
      apigateway: new APIGatewayClient(wrong).send(new CreateRestApiCommand({ name: "evil" })),
      dynamodb: new DynamoDBClient(wrong).send(
        new CreateTableCommand({ TableName: "evil", KeySchema: [], AttributeDefinitions: [] }),
      ),
      iam: new IAMClient(wrong).send(
        new CreateRoleCommand({ RoleName: "evil", AssumeRolePolicyDocument: trust }),
      ),
      lambda: new LambdaClient(wrong).send(new DeleteFunctionCommand({ FunctionName: NAME })),
      logs: new CloudWatchLogsClient(wrong).send(new CreateLogGroupCommand({ logGroupName: "evil" })),
      s3: new S3Client(wrong).send(new CreateBucketCommand({ Bucket: "evil" })),
      sts: new STSClient(wrong).send(new GetCallerIdentityCommand({})),
    };
    const errors = await Promise.all(
      Object.entries(attempts).map(async ([service, attempt]) => [
        service,
        await attempt.then(
          () => "let in",
          error => error.name,
        ),
      ]),
    );

    assert.deepEqual(Object.fromEntries(errors), {
      apigateway: "UnrecognizedClientException",
      dynamodb: "UnrecognizedClientException",
      iam: "InvalidClientTokenId",
      lambda: "UnrecognizedClientException",
      logs: "UnrecognizedClientException",
      s3: "InvalidAccessKeyId",
      sts: "InvalidClientTokenId",
    });
    assert.equal(await everything(), before);
  });

  test("refuses every service without a key, and with one in the query, without effect", async () => {
    const before = await everything();
    const now = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const query = new URLSearchParams({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": `${aws.accessKeyId}/${now.slice(0, 8)}/${aws.region}/s3/aws4_request`,
      "X-Amz-Date": now,
      "X-Amz-Expires": "60",
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": "0",
    });
    const target = (operation: string) => ({ "x-amz-target": operation });

    const statuses = await Promise.all(
      [
        { method: "POST", headers: target("DynamoDB_20120810.ListTables") },
        { method: "POST", headers: target("Logs_20140328.DescribeLogGroups") },
        { method: "POST", path: "/?Action=ListRoles&Version=2010-05-08" },
        { path: "/2015-03-31/functions/" },
        { method: "DELETE", path: `/2015-03-31/functions/${NAME}` },
        { path: "/restapis" },
        { method: "PUT", path: "/evil" },
        { path: `/${bucket}?list-type=2` },
        { path: `/${bucket}?policy` },
        { method: "DELETE", path: `/${bucket}/index.html` },
        { path: `/${bucket}?list-type=2&${query}` },
        { method: "DELETE", path: `/${bucket}/index.html?${query}` },
      ].map(statusOf),
    );

    assert.ok(
      statuses.every(status => [403, 404, 501].includes(status ?? 0)),
      String(statuses),
    );
    assert.equal(await everything(), before);
  });

  test("answers to no other name at any door, whatever key is shown", async () => {
    const items = new URL(apiUrl).pathname;
    const path = "/restapis";
    const doors: Record<string, (host: string) => Promise<Asked>> = {
      "control plane": async host => ({
        path,
        headers: await withSignature({ service: "apigateway", path, host }),
      }),
      objects: async host => ({ path: `/${bucket}/index.html`, headers: { host } }),
      API: async host => ({ path: `${items}?id=mine`, headers: { ...HEADERS, host } }),
    };

    for (const [door, asked] of Object.entries(doors)) {
      assert.equal(await statusOf(await asked(`127.0.0.1:${port}`)), 200, `${door}, by its own name`);
      for (const host of [
        `evil.example:${port}`,
        "evil.example",
        `${bucket}.s3-website.evil.example:${port}`,
      ])
        assert.equal(await statusOf(await asked(host)), 403, door);
    }
  });
});

describe("floods", () => {
  /** What the local AWS answers to the beginning of a request, whose rest never comes. */
  function begin(text: string, sockets: Socket[] = []): Promise<string> {
    return new Promise(resolve => {
      const socket = connect({ host: "127.0.0.1", port }, () => socket.write(text));
      sockets.push(socket);
      socket.on("data", data => resolve(String(data).split("\r\n")[0] ?? ""));
      socket.on("error", error => resolve(error.message)).on("close", () => resolve("closed"));
      setTimeout(() => resolve("no answer"), 5_000).unref();
    });
  }
  const head = (more: string) => `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${more}\r\n`;

  test("of headers are refused", async () => {
    const answer = await begin(head(`X-Flood: ${"x".repeat(100_000)}`));

    assert.match(answer, /431|ECONNRESET|EPIPE|closed/);
    assert.equal(await statusOf({ path: `/${bucket}/index.html` }), 200);
  });

  test("of a body that is too large are refused before it comes", async () => {
    const sockets: Socket[] = [];

    const answer = await begin(head(`Content-Length: ${1024 * MEGABYTE}\r\n`), sockets);

    assert.match(answer, /^HTTP\/1.1 413 /);
    for (const socket of sockets) socket.destroy();
  });

  test("of a body that ends are refused as its sender expects: by the API for its page, by S3 in XML", async () => {
    const body = Buffer.alloc(20 * MEGABYTE);
    const s3 = new S3Client({ ...settings(aws), forcePathStyle: true });

    const answer = await fetch(`${apiUrl}?id=large&value=body`, { method: "POST", body });
    const put = s3.send(new PutObjectCommand({ Bucket: bucket, Key: "large", Body: body }));

    assert.equal(answer.status, 413);
    assert.equal(answer.headers.get("access-control-allow-origin"), aws.siteEndpoint);
    assert.equal(answer.headers.get("x-amzn-errortype"), "RequestTooLargeException");
    assert.equal(typeof (await answer.json()).error.message, "string");
    await assert.rejects(put, (error: S3ServiceException) => {
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], ["EntityTooLarge", 400]);
      return true;
    });
  });

  test("of many small headers are refused by the API", async () => {
    const path = `${new URL(apiUrl).pathname}?id=mine`;
    const host = ["host", `127.0.0.1:${port}`, ...Object.entries(HEADERS).flat()];
    const others = Array.from({ length: 3_000 }, (_, n) => [`x${n}`, "y"]).flat();
    const same = (count: number) => Array.from({ length: count }, () => ["age", "1"]).flat();

    assert.equal(await statusOf({ path, headers: [...host, ...others] }), 414);
    assert.equal(await statusOf({ path, headers: [...host, ...same(3_000)] }), 414);
    assert.equal(await statusOf({ path, headers: [...host, ...same(1_000)] }), 200);
  });

  test("of a body without a size are cut off, and take no memory", async () => {
    const rss = process.memoryUsage.rss();
    const chunk = Buffer.alloc(MEGABYTE);
    let sent = 0;

    await new Promise<void>(resolve => {
      const headers = { "transfer-encoding": "chunked" };
      const flood = request({ host: "127.0.0.1", port, method: "POST", headers, agent: false });
      const more = () => {
        if (sent++ < 500 && !flood.destroyed) flood.write(chunk, () => setImmediate(more));
      };
      flood.on("response", () => flood.destroy()).on("error", () => {});
      flood.on("close", resolve);
      more();
    });

    assert.ok(sent < 100, `${sent} MB were taken`);
    assert.ok(process.memoryUsage.rss() - rss < 300 * MEGABYTE);
  });

  test("of requests that never end do not keep others waiting", async () => {
    const sockets: Socket[] = [];
    for (let n = 0; n < 50; n++) {
      void begin(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `, sockets);
      void begin(`${head("Content-Length: 100\r\n")}slow`, sockets);
    }

    const begun = performance.now();
    const status = await statusOf({ path: `/${bucket}/index.html` });

    assert.equal(status, 200);
    assert.ok(performance.now() - begun < 2_000);
    for (const socket of sockets) socket.destroy();
  });
});

describe("a page of another origin", { skip: withoutBrowser }, () => {
  let browser: Browser;
  let page: Page;
  let evil: Server;

  async function serveEvil(): Promise<number> {
    evil = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>evil</title>");
    });
    await new Promise<void>(resolve => evil.listen(0, "127.0.0.1", resolve));
    return (evil.address() as AddressInfo).port;
  }
  async function stopEvil(): Promise<void> {
    const closed = new Promise(resolve => evil.close(resolve));
    evil.closeAllConnections();
    await closed;
  }

  before(async () => {
    browser = await launchBrowser([`--host-resolver-rules=MAP *.example 127.0.0.1`]);
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${await serveEvil()}/`);
    await stopEvil();
  });
  after(() => browser?.close());

  /** What the page can read of the answer to a request. */
  const read = (url: string, init: RequestInit = {}, on = page): Promise<string> =>
    on.evaluate(
      async ([url, init]) => {
        try {
          const response = await fetch(url, init);
          return response.type === "opaque" ? "nothing" : `${response.status} ${await response.text()}`;
        } catch {
          return "nothing";
        }
      },
      [url, init] as const,
    );

  const json = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.ListTables",
  };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const role = "Action=CreateRole&Version=2010-05-08&RoleName=evil&AssumeRolePolicyDocument=%7B%7D";

  test("reads nothing and changes nothing, however it asks", async () => {
    const { endpoint, siteEndpoint } = aws;
    const guessed = { accessKeyId: "AKIAGUESSED", secretAccessKey: "guessed" };
    const signedList = await withSignature({ service: "dynamodb", headers: json, body: "{}" });
    const signedRole = await withSignature({ service: "iam", headers: form, body: role, by: guessed });
    const before = await everything();
    const requests: [url: string, init?: RequestInit][] = [
      [endpoint],
      [`${endpoint}/restapis`],
      [endpoint, { method: "POST", headers: json, body: "{}" }],
      [endpoint, { method: "POST", headers: signedList, body: "{}" }],
      [endpoint, { method: "POST", headers: signedRole, body: role }],
      [endpoint, { method: "POST", headers: form, body: role }],
      [`${endpoint}/2015-03-31/functions/${NAME}`, { method: "DELETE" }],
      [`${siteEndpoint}/${bucket}?list-type=2`],
      [`${siteEndpoint}/${bucket}/index.html`],
      [`${siteEndpoint}/evil`, { method: "PUT" }],
      [`${apiUrl}?id=mine`],
      [`${apiUrl}?${queryOf(itemOf("evil", "stored"))}`, { method: "POST" }],
      [`${apiUrl}?${queryOf(itemOf("evil", "stored"))}`, { method: "POST", referrerPolicy: "no-referrer" }],
      [`${apiUrl}?${queryOf(itemOf("mine", "overwritten"))}`, { method: "PUT" }],
    ];

    for (const [url, init] of requests)
      for (const mode of ["cors", "no-cors"] as const)
        assert.equal(await read(url, { ...init, mode }), "nothing", `${init?.method ?? "GET"} ${url}`);

    assert.equal(await everything(), before);
  });

  test("stores nothing with a form or a beacon", async () => {
    const before = await everything();

    for (const action of [`${apiUrl}?${queryOf(itemOf("evil", "stored"))}`, `${aws.endpoint}/?${role}`]) {
      const answered = page.waitForResponse(response => response.url() === action);
      await page.evaluate(action => {
        document.body.innerHTML = `<iframe name="there"></iframe><form method="post" target="there"></form>`;
        const [form] = document.forms;
        form!.action = action;
        form!.submit();
      }, action);
      assert.equal((await answered).status(), 403);
      assert.equal(await page.evaluate(url => navigator.sendBeacon(url, "x"), action), true);
    }
    await read(aws.endpoint);

    assert.equal(await everything(), before);
  });

  test("sees nothing of the API through a frame, a script or an image", async () => {
    const load = (name: "iframe" | "img" | "script") =>
      page.evaluate(
        ([name, url]) =>
          new Promise<string>(resolve => {
            const element = document.createElement(name);
            element.onload = () =>
              resolve(element instanceof HTMLIFrameElement ? String(element.contentDocument) : "loaded");
            element.onerror = () => resolve("refused");
            element.src = url;
            document.body.append(element);
          }),
        [name, `${apiUrl}?id=mine`] as const,
      );

    const seen = [await load("iframe"), await load("img"), await load("script")];

    assert.deepEqual(seen, ["null", "refused", "refused"]);
  });

  test("gets nothing from anywhere when its own name and port begin to mean the local AWS", async t => {
    const port = await serveEvil();
    const rebound = await browser.newPage();
    await rebound.goto(`http://evil.example:${port}/`);
    await stopEvil();
    const other = await startAws({ port });
    t.after(() => other.close());
    const host = `evil.example:${port}`;
    const headers = await withSignature({ service: "dynamodb", host, headers: json, body: "{}", by: other });

    const answers = [
      await read("/restapis", {}, rebound),
      await read("/", { method: "POST", headers, body: "{}" }, rebound),
      await read(`/${bucket}/index.html`, {}, rebound),
      await read("/_aws/execute-api/abcdefghij/prod/items?id=mine", {}, rebound),
    ];

    for (const answer of answers) assert.match(answer, /^403 .*This host is not served/);
    assert.equal(other.calls.length, 0);
  });
});
