import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { after, beforeEach, test } from "node:test";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { attributesOf, itemOf } from "../shared/items.ts";
import { event, newId, startFunction } from "./fake-gateway.ts";
import { cutsOff, fails, hangs, ORIGIN } from "./fake-table.ts";

const { table, log, debugged, start, send, call, reset } = await startFunction();

beforeEach(reset);
after(() => table.stop());

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
    const fresh = await start();
    t.mock.method(Math, "random", () => 0); // the SDK's jitter: no waits between attempts
    table.misbehave = misbehave;
    const answer = await send(event("POST", itemOf("a", "b")), { by: fresh });
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
    const { status, body } = await call("POST", itemOf("a", "b"));
    const message = "Something went wrong on our side.";
    assert.equal(status, 500);
    assert.deepEqual(body, { error: { code: "internal", message, requestId: "request-1" } });
    assert.equal(table.requests.length, 1);
  });

test("every answer can be read by our page, is JSON, and is kept by no cache", async () => {
  const requests = [
    event("POST", itemOf(newId(), "one")),
    event("GET", { id: newId() }),
    ...["POST", "TRACE"].map(method => event(method)),
    event("GET", {}, { resource: "/" }),
    event("GET", {}, { headers: { Origin: "http://evil.example" } }),
  ];
  const answers = await Promise.all(requests.map(request => send(request)));
  table.misbehave = fails(400, "AccessDeniedException");
  answers.push(await call("GET", { id: "a" }));
  const statuses = answers.map(answer => answer.status);
  assert.deepEqual(statuses, [201, 404, 400, 405, 404, 403, 500]);
  for (const { headers } of answers) {
    const { Allow: _, "Server-Timing": __, ...common } = headers;
    assert.deepEqual(common, {
      "Content-Type": "application/json; charset=utf-8",
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
      "Access-Control-Allow-Origin": ORIGIN,
      "Access-Control-Expose-Headers": "Retry-After, Server-Timing, x-amzn-RequestId",
      "Timing-Allow-Origin": ORIGIN,
      Vary: "Origin",
    });
  }
});

test("an item whose value is not a text is 500: another program has written it", async () => {
  const id = newId();
  const foreign = { id: { S: id }, value: { N: "1" } };
  await table.client.send(new PutItemCommand({ TableName: "items", Item: foreign }));
  const { status } = await call("GET", { id });
  assert.equal(status, 500);
});

test("an item that is older than a field comes back with nothing in it", async () => {
  const id = newId();
  await table.client.send(new PutItemCommand({ TableName: "items", Item: attributesOf({ id }) }));
  const { status, body } = await call("GET", { id });
  assert.deepEqual([status, body], [200, itemOf(id, "")]);
});

test("a failure that passes is not seen by the caller", async () => {
  for (const misbehave of [fails(500, "InternalServerError"), cutsOff]) {
    const id = newId();
    table.reset();
    table.misbehave = (request, response) => {
      table.misbehave = undefined;
      misbehave(request, response);
    };
    const { status } = await send(event("POST", itemOf(id, "one")), { by: await start() });
    assert.equal(status, 201);
    assert.equal(table.requests.length, 2);
  }
});

test("a POST whose answer was lost after the write succeeds when repeated", async () => {
  const item = itemOf(newId(), "one");
  table.misbehave = async (request, response) => {
    table.misbehave = undefined;
    await call("POST", item);
    cutsOff(request, response);
  };
  const { status, body } = await send(event("POST", item), { by: await start() });
  assert.deepEqual([status, body], [200, item]);
});

test("a table that hangs is 503 within the time that the function has left", async () => {
  table.misbehave = hangs;
  const started = performance.now();
  const { status } = await send(event("POST", itemOf(newId(), "one")), { millisecondsLeft: 1_000 });
  const elapsed = performance.now() - started;
  assert.equal(status, 503);
  assert.ok(elapsed < 1_000, `${elapsed} ms`);
});

test("a table that throttles does not hold the function beyond the time that it has left", async () => {
  table.misbehave = fails(400, "ThrottlingException");
  const started = performance.now();
  const { status } = await send(event("POST", itemOf(newId(), "one")), { millisecondsLeft: 600 });
  const elapsed = performance.now() - started;
  assert.equal(status, 503);
  assert.ok(elapsed < 600, `${elapsed} ms`);
});

test("a table that hangs is asked three times and is 503 well within Lambda's ten seconds", async () => {
  const fresh = await start();
  table.misbehave = hangs;
  const started = performance.now();
  const { status } = await send(event("GET", { id: "a" }), { by: fresh });
  const elapsed = performance.now() - started;
  assert.equal(status, 503);
  const asked = table.requests.filter(name => name === "GetItem"); // a PutItem that was given up may come late
  assert.equal(asked.length, 3);
  assert.ok(elapsed < 8_500, `${elapsed} ms`);
});

test("every request is one line of JSON in the log", async () => {
  await call("POST", itemOf(newId(), "one"));
  await call("POST", {});
  await call("TRACE", {});
  const lines = log.map(line => JSON.parse(line));
  const said = lines.map(line => [line.level, line.requestId, line.method, line.status, line.outcome]);
  assert.deepEqual(said, [
    ["INFO", "request-1", "POST", 201, "stored"],
    ["INFO", "request-1", "POST", 400, "invalid"],
    ["INFO", "request-1", "TRACE", 405, "method_not_allowed"],
  ]);
  for (const [index, { milliseconds, timestamp }] of lines.entries()) {
    assert.ok(Number.isInteger(milliseconds));
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.match(log[index]!, /^\{[^\n]*\}\n$/);
  }
});

test("neither ID nor value gets into the log or a 500, even when DynamoDB's error quotes them", async () => {
  table.misbehave = fails(400, "ValidationException", "secret-id and secret-value are wrong");
  const { body } = await call("PUT", itemOf("secret-id", "secret-value"));
  await call("PUT", itemOf("secret-id", "secret-value\u0000"));
  assert.equal(log.length, 2);
  assert.match(log[0]!, /"cause":"ValidationException"/);
  assert.doesNotMatch(log.join() + JSON.stringify(body), /secret/);
});

test("a denial is logged with the action that is denied", async () => {
  const denial =
    "User: arn:aws:sts::1:role is not authorized to perform: dynamodb:PutItem on resource: secret";
  table.misbehave = fails(400, "AccessDeniedException", denial);
  await call("PUT", itemOf("secret-id", "secret-value"));
  assert.match(log[0]!, /"cause":"AccessDeniedException: dynamodb:PutItem"/);
  assert.doesNotMatch(log.join(), /secret/);
});

test("a mistake in the code is logged with its place alone, and told whole where Lambda keeps no line", async () => {
  const mistake = new RangeError("secret at x (secret.ts:1:1)");
  const request = Object.defineProperty(event("GET"), "resource", {
    get() {
      throw mistake;
    },
  });
  const { status } = await send(request);
  assert.equal(status, 500);
  assert.match(log[0]!, /"cause":"RangeError at handler-failures\.test\.ts:\d+:\d+"/);
  assert.doesNotMatch(log[0]!, /secret/);
  assert.deepEqual(debugged, [mistake]);
});

for (const variable of ["TABLE_NAME", "ALLOWED_ORIGIN"])
  test(`without ${variable} every request is 500, and the log says why`, async () => {
    const fresh = await start({ [variable]: "" });
    const { status } = await send(event("GET", { id: "a" }), { by: fresh });
    assert.equal(status, 500);
    assert.match(log[0]!, new RegExp(`The environment variable ${variable} is not set`));
  });

test("a table that cannot be reached is 503", async () => {
  const fresh = await start({ AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
  const { status } = await send(event("GET", { id: "a" }), { by: fresh });
  assert.equal(status, 503);
});
