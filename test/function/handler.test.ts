import assert from "node:assert/strict";
import { json } from "node:stream/consumers";
import { after, beforeEach, test } from "node:test";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { event, newId, startFunction } from "./fake-gateway.ts";
import { ORIGIN } from "./fake-table.ts";

const { table, send, call, reset } = await startFunction();

beforeEach(reset);
after(() => table.stop());

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

test("GET asks for a consistent read: it sees every item that was stored before", async () => {
  let asked: unknown;
  table.misbehave = async (request, response) => {
    asked = await json(request);
    response.end("{}");
  };
  await call("GET", { id: "a" });
  assert.deepEqual(asked, { TableName: "items", Key: { id: { S: "a" } }, ConsistentRead: true });
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
    const messages = ["The ID is missing.", "The value is missing."];
    const problems = messages.map((message, index) => ({ field: ["id", "value"][index], message }));
    assert.equal(status, 400);
    assert.deepEqual(body.error, { code: "invalid", message: messages.join(" "), field: "id", problems });
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
