import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  PutGatewayResponseCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateIntegrationCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
} from "@aws-sdk/client-api-gateway";
import {
  AddPermissionCommand,
  DeleteFunctionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import FakeTimers from "@sinonjs/fake-timers";
import { serveApi } from "../src/execute-api/serve.ts";
import { World } from "../src/world.ts";
import { type LambdaWorld, lambdaWorld, REGION, zipOf } from "./lambda-world.ts";

const ACCOUNT = "000000000000";
const ECHO = `export const handler = async event => ({ statusCode: 200, body: JSON.stringify(event) });`;

let aws: LambdaWorld;
let restApiId: string;
let itemsId: string;
beforeEach(async () => {
  aws = await lambdaWorld();
  const api = await aws.apigateway.send(new CreateRestApiCommand({ name: "shop" }));
  restApiId = api.id ?? "";
  const items = await aws.apigateway.send(
    new CreateResourceCommand({ restApiId, parentId: api.rootResourceId, pathPart: "items" }),
  );
  itemsId = items.id ?? "";
});
afterEach(() => aws.world.close());

const deploy = () => aws.apigateway.send(new CreateDeploymentCommand({ restApiId, stageName: "prod" }));

async function put(httpMethod: string, resourceId = itemsId, settings: { timeoutInMillis?: number } = {}) {
  const target = { restApiId, resourceId, httpMethod };
  await aws.apigateway.send(new PutMethodCommand({ ...target, authorizationType: "NONE" }));
  await aws.apigateway.send(
    new PutIntegrationCommand({
      ...target,
      type: "AWS_PROXY",
      integrationHttpMethod: "POST",
      uri: `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/arn:aws:lambda:${REGION}:${ACCOUNT}:function:fn/invocations`,
      ...settings,
    }),
  );
}

const permit = (path = "prod/*/*") =>
  aws.lambda.send(
    new AddPermissionCommand({
      FunctionName: "fn",
      StatementId: "api",
      Action: "lambda:InvokeFunction",
      Principal: "apigateway.amazonaws.com",
      SourceArn: `arn:aws:execute-api:${REGION}:${ACCOUNT}:${restApiId}/${path}`,
    }),
  );

/** A function behind GET and POST /items, deployed and permitted. */
async function serve(code: string, settings = {}) {
  await aws.createFunction(code, settings);
  await put("GET");
  await put("POST");
  await permit();
  await deploy();
}

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  stage?: string;
}

async function send(path: string, { method = "GET", headers = {}, body = "", stage = "prod" }: Sent = {}) {
  const url = `/_aws/execute-api/${restApiId}/${stage}${path}`;
  const response = await aws.answer({
    method,
    url,
    headers: { host: "127.0.0.1:4566", ...headers },
    body: Buffer.from(body),
  });
  const text = Buffer.from(response.body).toString();
  return { ...response, body: text, json: text.startsWith("{") ? JSON.parse(text) : undefined };
}

const INTERNAL = { message: "Internal server error" };

describe("a deployed API", () => {
  it("answers with what its function answers, and no header of its own but its ids", async () => {
    await serve(
      `export const handler = async () => ({ statusCode: 201, headers: { "X-Mine": "yes" }, body: "done" });`,
    );

    const { status, body, headers } = await send("/items", { method: "POST" });

    assert.equal(status, 201);
    assert.equal(body, "done");
    const names = ["content-type", "x-amz-apigw-id", "x-amzn-requestid", "x-mine"];
    assert.deepEqual(Object.keys(headers).sort(), names);
    assert.equal(headers["content-type"], "application/json");
  });

  it("is a snapshot: changes show only with the next deployment", async () => {
    await serve(ECHO);
    await put("DELETE");

    const before = await send("/items", { method: "DELETE" });
    await deploy();
    const after = await send("/items", { method: "DELETE" });

    assert.equal(before.status, 403);
    assert.equal(after.status, 200);
  });

  it("answers what it does not know as AWS does", async () => {
    await serve(ECHO);

    const path = await send("/nothing");
    const method = await send("/items", { method: "PUT" });
    const stage = await send("/items", { stage: "dev" });

    for (const { status, json, headers } of [path, method]) {
      assert.equal(status, 403);
      assert.deepEqual(json, { message: "Missing Authentication Token" });
      assert.equal(headers["x-amzn-errortype"], "MissingAuthenticationTokenException");
    }
    assert.equal(stage.status, 403);
    assert.deepEqual(stage.json, { message: "Forbidden" });
  });

  it("answers only for its methods: neither HEAD nor OPTIONS come by themselves", async () => {
    await serve(ECHO);

    const statuses = await Promise.all(
      ["HEAD", "OPTIONS"].map(async method => (await send("/items", { method })).status),
    );

    assert.deepEqual(statuses, [403, 403]);
  });

  it("is not there before a fresh stage is known, nor when its endpoint is disabled", async () => {
    aws.world.timing.stage = 60;
    await serve(ECHO);

    const fresh = await send("/items");
    await new Promise(resolve => setTimeout(resolve, 80));
    const known = await send("/items");
    await aws.apigateway.send(
      new UpdateRestApiCommand({
        restApiId,
        patchOperations: [{ op: "replace", path: "/disableExecuteApiEndpoint", value: "true" }],
      }),
    );
    const disabled = await send("/items");

    assert.deepEqual([fresh.status, known.status, disabled.status], [403, 200, 403]);
  });

  it("answers the same in a world that was saved and opened again", async () => {
    await serve(ECHO);
    const reopened = new World(ACCOUNT, JSON.parse(JSON.stringify(aws.world)));

    const url = `/_aws/execute-api/${restApiId}/prod/items?id=1`;
    const response = await serveApi(reopened)({ method: "GET", url, headers: {}, body: Buffer.alloc(0) });
    await reopened.close();

    assert.equal(response?.status, 200);
    assert.equal(JSON.parse(String(response?.body)).queryStringParameters.id, "1");
  });

  it("tells its world of each request", async () => {
    await serve(ECHO);
    const served: unknown[] = [];
    aws.world.on("served", ({ method, path, status }) => served.push([method, path, status]));

    await send("/items?id=secret");
    await send("/nothing");

    assert.deepEqual(served, [
      ["GET", "/items", 200],
      ["GET", "/nothing", 403],
    ]);
  });

  it("finds the most literal of the paths that match", async () => {
    await aws.createFunction(ECHO);
    const create = async (parentId: string, pathPart: string) => {
      const { id } = await aws.apigateway.send(new CreateResourceCommand({ restApiId, parentId, pathPart }));
      await put("ANY", id);
      return id ?? "";
    };
    const id = await create(itemsId, "{id}");
    await create(id, "{rest+}");
    await create(itemsId, "new");
    await permit();
    await deploy();

    const literal = await send("/items/new");
    const variable = await send("/items/a%2Fb%20c/");
    const greedy = await send("/items/1/x/y", { method: "PATCH" });
    const none = await send("/items");

    assert.equal(literal.json.resource, "/items/new");
    assert.equal(literal.json.pathParameters, null);
    assert.deepEqual(variable.json.pathParameters, { id: "a/b c" });
    assert.equal(variable.json.path, "/items/a%2Fb%20c/");
    assert.deepEqual(greedy.json.pathParameters, { id: "1", rest: "x/y" });
    assert.equal(greedy.json.httpMethod, "PATCH");
    assert.equal(none.status, 403);
  });
});

describe("the event of a proxy integration", () => {
  it("is what API Gateway sends", async () => {
    await serve(ECHO);

    const { json: event, headers } = await send("/items?id=1&id=2&b=%C3%A9+x", {
      method: "POST",
      headers: { "user-agent": "curl", "content-type": "text/plain" },
      body: "the body",
    });

    const { requestContext, headers: sent, multiValueHeaders, ...rest } = event;
    assert.deepEqual(rest, {
      resource: "/items",
      path: "/items",
      httpMethod: "POST",
      queryStringParameters: { id: "2", b: "é x" },
      multiValueQueryStringParameters: { id: ["1", "2"], b: ["é x"] },
      pathParameters: null,
      stageVariables: null,
      body: "the body",
      isBase64Encoded: false,
    });
    assert.equal(sent["User-Agent"], "curl");
    assert.deepEqual(multiValueHeaders["Content-Type"], ["text/plain"]);
    assert.equal(requestContext.requestId, headers["x-amzn-requestid"]);
    assert.equal(requestContext.path, "/prod/items");
    assert.equal(requestContext.stage, "prod");
    assert.equal(requestContext.accountId, ACCOUNT);
    assert.equal(requestContext.resourceId, itemsId);
    assert.equal(requestContext.identity.userAgent, "curl");
    assert.equal(requestContext.identity.sourceIp, "127.0.0.1");
    assert.match(requestContext.requestTime, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    assert.ok(Math.abs(requestContext.requestTimeEpoch - Date.now()) < 5_000);
  });

  it("has null for what the request does not have", async () => {
    await serve(ECHO);

    const { json: event } = await send("/items");

    assert.equal(event.body, null);
    assert.equal(event.queryStringParameters, null);
    assert.equal(event.multiValueQueryStringParameters, null);
  });

  it("keeps parameters apart from what objects are made of", async () => {
    await serve(ECHO);

    const { json: event } = await send("/items?__proto__=1&constructor=2");

    assert.deepEqual(Object.entries(event.queryStringParameters), [
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  it("is not sent for a query with broken percent signs or bare pipes", async () => {
    await serve(ECHO);

    const statuses = await Promise.all(
      ["%", "%zz", "a=100%", "a=b|c"].map(async query => (await send(`/items?${query}`)).status),
    );

    assert.deepEqual(statuses, [400, 400, 400, 400]);
  });
});

describe("a proxy integration", () => {
  it("needs the function's permission for this very API, stage and path", async () => {
    await aws.createFunction(ECHO);
    await put("GET");
    await deploy();

    const without = await send("/items");
    await permit("prod/POST/items");
    const foreign = await send("/items");

    for (const { status, json } of [without, foreign]) {
      assert.equal(status, 500);
      assert.deepEqual(json, INTERNAL);
    }
  });

  for (const [what, answer] of [
    ["a text", `"hello"`],
    ["nothing", "undefined"],
    ["a member that is unknown", `{ statusCode: 200, data: {} }`],
    ["a body that is no text", `{ statusCode: 200, body: { a: 1 } }`],
    ["a status that is none", `{ statusCode: "many", body: "" }`],
    ["a header with a line break", `{ statusCode: 200, headers: { a: "b\\r\\nSet-Cookie: c" } }`],
    ["headers that are none", `{ statusCode: 200, headers: "a: b" }`],
  ])
    it(`answers 502 to ${what}`, async () => {
      await serve(`export const handler = async () => (${answer});`);

      const { status, json, headers } = await send("/items");

      assert.equal(status, 502);
      assert.deepEqual(json, INTERNAL);
      assert.equal(headers["x-amzn-errortype"], "InternalServerErrorException");
    });

  it("takes the members that may be left out, and both kinds of headers", async () => {
    await serve(
      `export const handler = async () => ({ statusCode: "404", headers: { A: "1", Date: "now" }, multiValueHeaders: { B: ["2", "3"] }, body: null });`,
    );

    const { status, headers, body } = await send("/items");

    assert.equal(status, 404);
    assert.equal(body, "");
    assert.equal(headers.a, "1");
    assert.equal(headers.b, "2, 3");
    assert.equal(headers["x-amzn-remapped-date"], "now");
  });

  it("answers 502 to a function that throws or times out, and goes on", async () => {
    await serve(
      `export const handler = async ({ httpMethod }) => {
        if (httpMethod === "POST") throw new Error("secret");
        while (true);
      };`,
      { Timeout: 1 },
    );

    const [thrown, endless] = await Promise.all([send("/items", { method: "POST" }), send("/items")]);
    const ZipFile = zipOf({ "index.mjs": ECHO });
    await aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "fn", ZipFile }));
    const next = await send("/items");

    for (const { status, json } of [thrown, endless]) {
      assert.equal(status, 502);
      assert.deepEqual(json, INTERNAL);
    }
    assert.equal(next.status, 200);
  });

  it("answers 504 when the integration's own time is over", async () => {
    await aws.createFunction("export const handler = () => new Promise(done => setTimeout(done, 400));");
    await put("GET", itemsId, { timeoutInMillis: 50 });
    await permit();
    await deploy();

    const { status, json } = await send("/items");

    assert.equal(status, 504);
    assert.deepEqual(json, { message: "Endpoint request timed out" });
  });

  it("answers 500 when the function is gone, throttled, or not asked by POST", async () => {
    await serve(ECHO);

    const FunctionName = "fn";
    await aws.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
    );
    const throttled = await send("/items");
    await aws.apigateway.send(
      new UpdateIntegrationCommand({
        restApiId,
        resourceId: itemsId,
        httpMethod: "POST",
        patchOperations: [{ op: "replace", path: "/httpMethod", value: "GET" }],
      }),
    );
    await deploy();
    const asked = await send("/items", { method: "POST" });
    await aws.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    const gone = await send("/items");

    for (const { status, json } of [throttled, asked, gone]) {
      assert.equal(status, 500);
      assert.deepEqual(json, INTERNAL);
    }
  });
});

describe("a mock integration", () => {
  const target = () => ({ restApiId, resourceId: itemsId, httpMethod: "OPTIONS" });

  async function preflight(template = '{"statusCode": 200}') {
    const header = "method.response.header.Access-Control-Max-Age";
    await aws.apigateway.send(new PutMethodCommand({ ...target(), authorizationType: "NONE" }));
    await aws.apigateway.send(
      new PutIntegrationCommand({
        ...target(),
        type: "MOCK",
        requestTemplates: { "application/json": template },
        passthroughBehavior: "NEVER",
      }),
    );
    const statusCode = "204";
    await aws.apigateway.send(
      new PutMethodResponseCommand({ ...target(), statusCode, responseParameters: { [header]: false } }),
    );
    await aws.apigateway.send(
      new PutIntegrationResponseCommand({
        ...target(),
        statusCode,
        responseParameters: { [header]: "'7200'" },
      }),
    );
    await deploy();
  }

  it("answers as its templates and mappings say", async () => {
    await preflight();

    const { status, headers, body } = await send("/items", { method: "OPTIONS" });

    assert.equal(status, 204);
    assert.equal(headers["access-control-max-age"], "7200");
    assert.equal(body, "");
  });

  it("answers 415 to a type without a template, and 500 when its template names no status", async () => {
    await preflight();
    const type = await send("/items", { method: "OPTIONS", headers: { "content-type": "text/plain" } });
    await aws.apigateway.send(
      new PutIntegrationCommand({
        ...target(),
        type: "MOCK",
        requestTemplates: { "application/json": "{}" },
      }),
    );
    await deploy();
    const empty = await send("/items", { method: "OPTIONS" });

    assert.equal(type.status, 415);
    assert.equal(empty.status, 500);
  });
});

describe("gateway responses of a deployed API", () => {
  const putResponse = (responseType: "DEFAULT_4XX" | "DEFAULT_5XX" | "THROTTLED", settings = {}) =>
    aws.apigateway.send(
      new PutGatewayResponseCommand({
        restApiId,
        responseType,
        responseParameters: { "gatewayresponse.header.Access-Control-Allow-Origin": "'https://page'" },
        ...settings,
      }),
    );

  it("give their headers and templates to what API Gateway answers itself, once deployed", async () => {
    await serve("export const handler = async () => { throw new Error(); };");
    await putResponse("DEFAULT_4XX", {
      responseTemplates: {
        "application/json": '{"error":$context.error.messageString,"id":"$context.requestId"}',
      },
    });
    await putResponse("DEFAULT_5XX", { statusCode: "503" });

    const before = await send("/nothing");
    await deploy();
    const unknown = await send("/nothing");
    const broken = await send("/items");

    assert.equal(before.headers["access-control-allow-origin"], undefined);
    assert.equal(unknown.headers["access-control-allow-origin"], "https://page");
    const id = unknown.headers["x-amzn-requestid"];
    assert.deepEqual(unknown.json, { error: "Missing Authentication Token", id });
    assert.equal(broken.status, 503);
    assert.equal(broken.headers["access-control-allow-origin"], "https://page");
  });

  it("prefer the one of the very type", async () => {
    await serve(ECHO);
    await putResponse("DEFAULT_4XX", { statusCode: "499" });
    await putResponse("THROTTLED", { statusCode: "420" });
    await deploy();
    await throttle("0", "0");

    const throttled = await send("/items");
    const unknown = await send("/nothing");

    assert.deepEqual([throttled.status, unknown.status], [420, 499]);
  });
});

const throttle = (rate: string, burst: string) =>
  aws.apigateway.send(
    new UpdateStageCommand({
      restApiId,
      stageName: "prod",
      patchOperations: [
        { op: "replace", path: "/*/*/throttling/rateLimit", value: rate },
        { op: "replace", path: "/*/*/throttling/burstLimit", value: burst },
      ],
    }),
  );

describe("limits", () => {
  it("let a burst through, then the rate", async () => {
    await serve(ECHO);
    await send("/items");
    const clock = FakeTimers.install({ now: Date.now(), toFake: ["Date"] });
    try {
      await throttle("2", "3");
      const statuses = async (count: number) => {
        const all: number[] = [];
        for (let n = 0; n < count; n++) all.push((await send("/items")).status);
        return all;
      };

      const burst = await statuses(5);
      clock.tick(1_000);
      const later = await statuses(3);
      const other = (await send("/items", { method: "POST" })).status;
      const { json } = await send("/items");

      assert.deepEqual(burst, [200, 200, 200, 429, 429]);
      assert.deepEqual(later, [200, 200, 429]);
      assert.equal(other, 200, "another method has its own bucket");
      assert.deepEqual(json, { message: "Too Many Requests" });
    } finally {
      clock.uninstall();
    }
  });

  it("are none at a rate and a burst of -1", async () => {
    await serve(ECHO);
    await throttle("-1", "-1");

    const { status } = await send("/items");

    assert.equal(status, 200);
  });

  it("keep request line and headers within 10,240 bytes, and bodies within 10 MB", async () => {
    await serve(`export const handler = async ({ body }) => ({ body: String(body?.length) });`);

    const largest = await send(`/items?id=${"x".repeat(10_000)}`);
    const head = await send(`/items?id=${"x".repeat(10_300)}`);
    const headers = await send("/items", { headers: { cookie: "x".repeat(10_300) } });
    const body = await send("/items", { method: "POST", body: "x".repeat(10 * 1024 * 1024 + 1) });

    assert.deepEqual([largest.status, head.status, headers.status, body.status], [200, 414, 414, 413]);
    assert.deepEqual(body.json, { message: "Request Too Long" });
  });
});
