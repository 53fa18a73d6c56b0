import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { after, beforeEach, test } from "node:test";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { captureLog, context, cutsOff, event, FakeTable, fails, hangs, ORIGIN } from "./fake-table.ts";

const table = new FakeTable();
await table.start();
Object.assign(process.env, table.environment);
const log = captureLog();
const { handler } = await import("../handler.ts");

/** A function that has just started, with another environment: its SDK has all its retries yet. */
async function freshHandler(environment: Record<string, string | undefined> = {}): Promise<typeof handler> {
  for (const [name, value] of Object.entries(environment))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  const fresh: typeof import("../handler.ts") = await import(`../handler.ts?${++count}`);
  Object.assign(process.env, table.environment);
  return fresh.handler;
}

let count = 0;

beforeEach(() => {
  table.reset();
  log.length = 0;
});
after(() => table.stop());

async function send(request: APIGatewayProxyEvent, millisecondsLeft?: number, by = handler) {
  const { statusCode: status, headers = {}, body } = await by(request, context(millisecondsLeft));
  return { status, headers, body: JSON.parse(body) };
}
const call = (method: string, query?: Record<string, string | string[]>) => send(event(method, query));

const newId = () => `item-${++count}`;

test("POST stores a new item", async () => {
  const item = { id: newId(), value: "one" };
  const answer = await call("POST", item);
  const kept = await call("GET", { id: item.id });
  assert.deepEqual([answer.status, answer.body], [201, item]);
  assert.deepEqual([kept.status, kept.body], [200, item]);
});

test("POST of the same item once more is a success that changes nothing", async () => {
  const item = { id: newId(), value: "one" };
  await call("POST", item);
  const answer = await call("POST", item);
  assert.deepEqual([answer.status, answer.body], [200, item]);
});

test("POST never overwrites: another value for the same ID is a conflict", async () => {
  const item = { id: newId(), value: "one" };
  await call("POST", item);
  const answer = await call("POST", { id: item.id, value: "two" });
  const kept = await call("GET", { id: item.id });
  assert.equal(answer.status, 409);
  assert.deepEqual([answer.body.error.code, answer.body.error.field], ["conflict", "id"]);
  assert.deepEqual(kept.body, item);
});

test("of many POSTs at once for one ID exactly one stores its value", async () => {
  const id = newId();
  const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
  const answers = await Promise.all(values.map(value => call("POST", { id, value })));
  const winner = answers.find(answer => answer.status === 201);
  const kept = await call("GET", { id });
  assert.equal(answers.filter(answer => answer.status === 409).length, 19);
  assert.deepEqual(kept.body, winner?.body);
});

test("PUT stores a new item and replaces one that exists", async () => {
  const id = newId();
  const first = await call("PUT", { id, value: "one" });
  const second = await call("PUT", { id, value: "two" });
  const kept = await call("GET", { id });
  assert.deepEqual([first.status, first.body], [201, { id, value: "one" }]);
  assert.deepEqual([second.status, second.body], [200, { id, value: "two" }]);
  assert.deepEqual(kept.body, { id, value: "two" });
});

test("GET of an unknown ID is 404", async () => {
  const answer = await call("GET", { id: newId() });
  assert.equal(answer.status, 404);
  assert.equal(answer.body.error.code, "not_found");
});

test("every answer costs one request to DynamoDB, and a refused request none", async () => {
  const item = { id: newId(), value: "one" };
  await call("POST", item);
  await call("POST", item);
  await call("POST", { ...item, value: "two" });
  await call("PUT", item);
  await call("GET", { id: item.id });
  await call("POST", { id: item.id });
  await call("DELETE", { id: item.id });
  assert.deepEqual(table.requests, ["PutItem", "PutItem", "PutItem", "PutItem", "GetItem"]);
});

test("what is accepted comes back byte for byte", async () => {
  const texts = [
    "  spaces  ",
    "e\u0301",
    "\u00e9",
    "\ufeffbom",
    "a+b%20c",
    "\u2028",
    "__proto__",
    '"\\',
    "👩‍👩‍👧",
  ];
  for (const text of texts) {
    const id = `${newId()} ${text}`;
    const stored = await call("POST", { id, value: text });
    const kept = await call("GET", { id });
    assert.deepEqual([stored.status, kept.body], [201, { id, value: text }]);
  }
});

test("a request without ID and value is told about both", async () => {
  for (const request of [event("POST"), event("POST", { id: "", value: "" })]) {
    const { status, body } = await send(request);
    const problems = [
      { field: "id", message: "The ID is missing." },
      { field: "value", message: "The value is missing." },
    ];
    const message = "The ID is missing. The value is missing.";
    assert.equal(status, 400);
    assert.deepEqual(body, { error: { code: "invalid", message, field: "id", problems } });
  }
});

test("a parameter that is given twice is refused, even with the same text", async () => {
  for (const method of ["POST", "PUT"]) {
    const { status, body } = await call(method, { id: newId(), value: ["one", "one"] });
    assert.equal(status, 400);
    assert.equal(body.error.field, "value");
    assert.match(body.error.message, /"value" is given 2 times/);
  }
});

test("GET looks at the ID only", async () => {
  const item = { id: newId(), value: "one" };
  await call("POST", item);
  const answer = await call("GET", { id: item.id, value: ["\u0000", ""] });
  const refused = await call("GET", { value: "one" });
  assert.deepEqual([answer.status, answer.body], [200, item]);
  assert.deepEqual([refused.status, refused.body.error.field], [400, "id"]);
  assert.equal(refused.body.error.problems.length, 1);
});

test("other parameters and the body are ignored", async () => {
  const id = newId();
  const body = Buffer.from("id=x&value=y").toString("base64");
  const answer = await send(
    event("POST", { id, value: "one", utm: ["a", "b"] }, { body, isBase64Encoded: true }),
  );
  assert.deepEqual([answer.status, answer.body], [201, { id, value: "one" }]);
});

test("queryStringParameters count where a gateway sends nothing else", async () => {
  const id = newId();
  const answer = await send(event("POST", { id, value: "one" }, { multiValueQueryStringParameters: null! }));
  assert.equal(answer.status, 201);
});

test("a page of another origin is refused, however its header is written", async () => {
  const foreign: Partial<APIGatewayProxyEvent>[] = [
    { headers: { origin: "http://evil.example" }, multiValueHeaders: {} },
    { headers: { ORIGIN: "null" }, multiValueHeaders: {} },
    { headers: { Origin: ORIGIN }, multiValueHeaders: { Origin: ["http://evil.example", ORIGIN] } },
    { headers: { Origin: `${ORIGIN}.evil.example` }, multiValueHeaders: {} },
    { headers: { Origin: "" }, multiValueHeaders: {} },
  ];
  for (const headers of foreign) {
    const { status, body } = await send(event("POST", { id: newId(), value: "one" }, headers));
    assert.deepEqual([status, body.error.code], [403, "forbidden_origin"], JSON.stringify(headers));
  }
  assert.deepEqual(table.requests, []);
});

test("a program that sends no Origin is served", async () => {
  for (const headers of [{}, null, { Host: "api.example" }]) {
    const without = { headers, multiValueHeaders: null } as unknown as Partial<APIGatewayProxyEvent>;
    const { status } = await send(event("POST", { id: newId(), value: "one" }, without));
    assert.equal(status, 201);
  }
});

test("another path is 404", async () => {
  const { status, body } = await send(event("GET", { id: "a" }, { resource: "/", path: "/" }));
  assert.deepEqual([status, body.error.code], [404, "not_found"]);
});

test("another method is 405, and the answer names those that are allowed", async () => {
  for (const method of ["DELETE", "PATCH", "HEAD", "OPTIONS", "get", "__proto__", "constructor"]) {
    const { status, headers, body } = await call(method, { id: "a", value: "b" });
    assert.deepEqual([status, body.error.code], [405, "method_not_allowed"]);
    assert.equal(headers.Allow, "GET, POST, PUT");
  }
});

test("every answer can be read by our page, is JSON, and is kept by no cache", async () => {
  const requests = [
    event("POST", { id: newId(), value: "one" }),
    event("GET", { id: newId() }),
    event("POST"),
    event("DELETE"),
    event("GET", {}, { resource: "/" }),
    event("GET", {}, { headers: { Origin: "http://evil.example" } }),
  ];
  const answers = await Promise.all(requests.map(request => send(request)));
  table.misbehave = fails(400, "AccessDeniedException");
  answers.push(await call("GET", { id: "a" }));
  assert.deepEqual(
    answers.map(answer => answer.status),
    [201, 404, 400, 405, 404, 403, 500],
  );
  for (const { headers } of answers)
    assert.deepEqual(
      { ...headers, Allow: undefined },
      {
        "Content-Type": "application/json; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Expose-Headers": "Retry-After, x-amzn-RequestId",
        Vary: "Origin",
        Allow: undefined,
      },
    );
});

const htmlError: RequestListener = (_request, response) => {
  response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
};
const cutsTheBody: RequestListener = (request, response) => {
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0", "content-length": "100" });
  response.write('{"Attri', () => setImmediate(() => request.socket.destroy()));
};
const talksNonsense: RequestListener = request => {
  request.socket.end("nonsense\r\n\r\n");
};

const PASSING: [string, RequestListener, attempts: number][] = [
  ["throttles the partition", fails(400, "ThrottlingException"), 3],
  ["throttles the table", fails(400, "ProvisionedThroughputExceededException"), 3],
  ["throttles the account", fails(400, "RequestLimitExceeded"), 3],
  ["is busy with a transaction", fails(400, "TransactionConflictException"), 1],
  ["is written to in another region", fails(400, "ReplicatedWriteConflictException"), 3],
  ["answers 429", fails(429, "Whatever"), 3],
  ["answers 500", fails(500, "InternalServerError"), 3],
  ["answers 503", fails(503, "ServiceUnavailable"), 3],
  ["answers a page of HTML", htmlError, 3],
  ["cuts the connection", cutsOff, 3],
  ["cuts the connection in the middle of its answer", cutsTheBody, 3],
  ["answers what is not HTTP", talksNonsense, 1],
];

for (const [what, misbehave, attempts] of PASSING)
  test(`a table that ${what} is 503 with Retry-After (attempts: ${attempts})`, async t => {
    const fresh = await freshHandler();
    t.mock.method(Math, "random", () => 0); // the SDK's jitter: no waits between attempts
    table.misbehave = misbehave;
    const answer = await send(event("POST", { id: "a", value: "b" }), 10_000, fresh);
    const { status, headers, body } = answer;
    assert.deepEqual([status, body.error.code, headers["Retry-After"]], [503, "unavailable", "1"]);
    assert.match(body.error.message, /repeating a request is safe/);
    assert.equal(table.requests.length, attempts);
  });

const LASTING: [string, RequestListener][] = [
  ["denies access", fails(400, "AccessDeniedException")],
  ["does not exist", fails(400, "ResourceNotFoundException")],
  ["does not know the key", fails(400, "UnrecognizedClientException")],
  ["refuses the input", fails(400, "ValidationException")],
];

for (const [what, misbehave] of LASTING)
  test(`a table that ${what} is 500 with a request id and nothing else, after one attempt`, async () => {
    table.misbehave = misbehave;
    const { status, body } = await call("POST", { id: "a", value: "b" });
    const message = "Something went wrong on our side.";
    assert.equal(status, 500);
    assert.deepEqual(body, { error: { code: "internal", message, requestId: "request-1" } });
    assert.equal(table.requests.length, 1);
  });

test("an item whose value is not a text is 500: another program has written it", async () => {
  const id = newId();
  const foreign = { id: { S: id }, value: { N: "1" } };
  await table.client.send(new PutItemCommand({ TableName: "items", Item: foreign }));
  const { status } = await call("GET", { id });
  assert.equal(status, 500);
});

test("a failure that passes is not seen by the caller", async () => {
  for (const misbehave of [fails(500, "InternalServerError"), cutsOff]) {
    const id = newId();
    table.reset();
    table.misbehave = (request, response) => {
      table.misbehave = undefined;
      misbehave(request, response);
    };
    const { status } = await send(event("POST", { id, value: "one" }), 10_000, await freshHandler());
    assert.equal(status, 201);
    assert.equal(table.requests.length, 2);
  }
});

test("a POST whose answer was lost after the write succeeds when repeated", async () => {
  const item = { id: newId(), value: "one" };
  table.misbehave = async (request, response) => {
    table.misbehave = undefined;
    await call("POST", item);
    cutsOff(request, response);
  };
  const { status, body } = await send(event("POST", item), 10_000, await freshHandler());
  assert.deepEqual([status, body], [200, item]);
});

test("a table that hangs is 503 within the time that the function has left", async () => {
  table.misbehave = hangs;
  const started = performance.now();
  const { status } = await send(event("POST", { id: newId(), value: "one" }), 1_000);
  const elapsed = performance.now() - started;
  assert.equal(status, 503);
  assert.ok(elapsed < 1_000, `${elapsed} ms`);
});

test("a table that throttles does not hold the function beyond the time that it has left", async () => {
  table.misbehave = fails(400, "ThrottlingException");
  const started = performance.now();
  const { status } = await send(event("POST", { id: newId(), value: "one" }), 600);
  const elapsed = performance.now() - started;
  assert.equal(status, 503);
  assert.ok(elapsed < 600, `${elapsed} ms`);
});

test("a table that hangs is asked three times and is 503 well within Lambda's ten seconds", async () => {
  const fresh = await freshHandler();
  table.misbehave = hangs;
  const started = performance.now();
  const { status } = await send(event("GET", { id: "a" }), 10_000, fresh);
  const elapsed = performance.now() - started;
  assert.equal(status, 503);
  assert.equal(table.requests.length, 3);
  assert.ok(elapsed < 8_500, `${elapsed} ms`);
});

test("every request is one line of JSON in the log", async () => {
  await call("POST", { id: newId(), value: "one" });
  await call("POST", {});
  await call("DELETE", {});
  const lines = log.map(line => JSON.parse(line));
  const said = lines.map(({ level, requestId, method, status, outcome }) => [
    level,
    requestId,
    method,
    status,
    outcome,
  ]);
  assert.deepEqual(said, [
    ["INFO", "request-1", "POST", 201, "stored"],
    ["INFO", "request-1", "POST", 400, "invalid"],
    ["INFO", "request-1", "DELETE", 405, "method_not_allowed"],
  ]);
  for (const [index, { milliseconds, timestamp }] of lines.entries()) {
    assert.ok(Number.isInteger(milliseconds));
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.match(log[index]!, /^\{[^\n]*\}\n$/);
  }
});

test("neither ID nor value gets into the log or a 500, even when DynamoDB's error quotes them", async () => {
  table.misbehave = fails(400, "ValidationException", "secret-id and secret-value are wrong");
  const { body } = await call("PUT", { id: "secret-id", value: "secret-value" });
  await call("PUT", { id: "secret-id", value: "secret-value\u0000" });
  assert.equal(log.length, 2);
  assert.match(log[0]!, /"cause":"ValidationException"/);
  assert.doesNotMatch(log.join() + JSON.stringify(body), /secret/);
});

for (const variable of ["TABLE_NAME", "ALLOWED_ORIGIN"])
  test(`without ${variable} every request is 500, and the log says why`, async () => {
    const fresh = await freshHandler({ [variable]: undefined });
    const { status } = await send(event("GET", { id: "a" }), 10_000, fresh);
    assert.equal(status, 500);
    assert.match(log[0]!, new RegExp(`The environment variable ${variable} is not set`));
  });

test("a table that cannot be reached is 503", async () => {
  const fresh = await freshHandler({ AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
  const { status } = await send(event("GET", { id: "a" }), 10_000, fresh);
  assert.equal(status, 503);
});
