import assert from "node:assert/strict";
import { json } from "node:stream/consumers";
import { after, beforeEach, test } from "node:test";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { METHODS } from "../../handler.ts";
import { FIELD_NAMES, FIELDS } from "../../item.ts";
import { attributesOf, itemOf, VALUES } from "../shared/items.ts";
import { event, newId, startFunction } from "./fake-gateway.ts";
import { ORIGIN } from "./fake-table.ts";

const { table, send, call, reset } = await startFunction();

beforeEach(reset);
after(() => table.stop());

test("POST stores a new item", async () => {
  const item = itemOf(newId(), "one");
  const answer = await call("POST", item);
  const kept = await call("GET", { id: item.id });
  assert.deepEqual([answer.status, answer.body], [201, item]);
  assert.deepEqual([kept.status, kept.body], [200, item]);
});

test("POST of the same item once more is a success that changes nothing", async () => {
  const item = itemOf(newId(), "one");
  await call("POST", item);
  const answer = await call("POST", item);
  assert.deepEqual([answer.status, answer.body], [200, item]);
});

test("POST never overwrites: another value for the same ID is a conflict", async () => {
  const item = itemOf(newId(), "one");
  await call("POST", item);
  const answer = await call("POST", itemOf(item.id, "two"));
  const kept = await call("GET", { id: item.id });
  assert.equal(answer.status, 409);
  assert.deepEqual([answer.body.error.code, answer.body.error.field], ["conflict", "id"]);
  assert.deepEqual(kept.body, item);
});

test("a conflict tells the item that is there, though it is older than a field", async () => {
  const old = { id: newId(), value: "one" };
  const foreign = { id: { S: newId() }, value: { N: "1" } };
  await table.client.send(new PutItemCommand({ TableName: "items", Item: attributesOf(old) }));
  await table.client.send(new PutItemCommand({ TableName: "items", Item: foreign }));
  const answer = await call("POST", itemOf(old.id, "two"));
  const unknown = await call("POST", itemOf(foreign.id.S, "two"));
  assert.deepEqual(answer.body.error.held, { ...itemOf(old.id, ""), ...old });
  assert.deepEqual([unknown.status, "held" in unknown.body.error], [409, false]);
});

for (const field of VALUES)
  test(`another ${field} alone is a conflict, too`, async () => {
    const item = itemOf(newId(), "one");
    await call("POST", item);
    const { status, body } = await call("POST", { ...item, [field]: "two" });
    assert.deepEqual([status, body.error.held], [409, item]);
  });

test("of many POSTs at once for one ID exactly one stores its value", async () => {
  const id = newId();
  const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
  const answers = await Promise.all(values.map(value => call("POST", itemOf(id, value))));
  const winner = answers.find(answer => answer.status === 201);
  const kept = await call("GET", { id });
  assert.equal(answers.filter(answer => answer.status === 409).length, 19);
  assert.deepEqual(kept.body, winner?.body);
});

test("PUT stores a new item and replaces one that exists", async () => {
  const id = newId();
  const first = await call("PUT", itemOf(id, "one"));
  const second = await call("PUT", itemOf(id, "two"));
  const kept = await call("GET", { id });
  assert.deepEqual([first.status, first.body], [201, itemOf(id, "one")]);
  assert.deepEqual([second.status, second.body], [200, itemOf(id, "two")]);
  assert.deepEqual(kept.body, itemOf(id, "two"));
});

test("GET of an unknown ID is 404", async () => {
  const answer = await call("GET", { id: newId() });
  assert.equal(answer.status, 404);
  assert.equal(answer.body.error.code, "not_found");
});

test("HEAD answers as GET does, without a body", async () => {
  const item = itemOf(newId(), "one");
  await call("PUT", item);
  const found: [query: Record<string, string>, status: number][] = [
    [{ id: item.id }, 200],
    [{ id: newId() }, 404],
    [{}, 400],
  ];
  for (const [query, status] of found) {
    const get = await call("GET", query);
    const head = await call("HEAD", query);
    assert.deepEqual([get.status, head.status, head.body], [status, status, null]);
    assert.deepEqual(Object.keys(head.headers), Object.keys(get.headers));
  }
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
  const item = itemOf(newId(), "one");
  await call("POST", item);
  await call("POST", item);
  await call("POST", itemOf(item.id, "two"));
  await call("PUT", item);
  await call("GET", { id: item.id });
  await call("POST", { id: item.id });
  await call("TRACE", { id: item.id });
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
    const stored = await call("POST", itemOf(id, text));
    const kept = await call("GET", { id });
    assert.deepEqual([stored.status, kept.body], [201, itemOf(id, text)]);
  }
});

test("a request without a field is told so, for each of them", async () => {
  for (const request of [event("POST"), event("POST", itemOf("", ""))]) {
    const { status, body } = await send(request);
    const problems = FIELD_NAMES.map(field => ({ field, message: `The ${FIELDS[field].label} is missing.` }));
    const message = problems.map(problem => problem.message).join(" ");
    assert.equal(status, 400);
    assert.deepEqual(body.error, { code: "invalid", message, field: "id", problems });
  }
});

test("a parameter that is given twice is refused, even with the same text", async () => {
  for (const method of ["POST", "PUT"]) {
    const { status, body } = await call(method, { ...itemOf(newId(), "one"), value: ["one", "one"] });
    assert.equal(status, 400);
    assert.equal(body.error.field, "value");
    assert.match(body.error.message, /"value" is given 2 times/);
  }
});

test("GET looks at the ID only", async () => {
  const item = itemOf(newId(), "one");
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
    event("POST", { ...itemOf(id, "one"), utm: ["a", "b"] }, { body, isBase64Encoded: true }),
  );
  assert.deepEqual([answer.status, answer.body], [201, itemOf(id, "one")]);
});

test("who puts the fields into the body is told to use the query string", async () => {
  const body = JSON.stringify(itemOf(newId(), "one"));
  const bare = await send(event("POST", {}, { body }));
  const both = await send(event("PUT", { id: newId() }, { body }));
  const message = `The body is not read: use the query string, ?${FIELD_NAMES.map(field => `${field}=..`).join("&")}.`;
  for (const { status, body } of [bare, both]) {
    assert.equal(status, 400);
    assert.ok(body.error.message.startsWith(`${message} The `), body.error.message);
  }
  assert.deepEqual(table.requests, []);
});

test("every answer says how long the function took, and what of that the table", async () => {
  const item = itemOf(newId(), "one");
  const [stored, refused] = [await call("POST", item), await call("POST")];
  const said = String(stored.headers["Server-Timing"]);
  const [whole = 0, part = 0] = Array.from(said.matchAll(/dur=([\d.]+)/g), match => Number(match[1]));
  assert.match(said, /^function;dur=\d+\.\d, table;dur=\d+\.\d$/);
  assert.ok(whole >= part && part > 0, said);
  assert.match(String(refused.headers["Server-Timing"]), /^function;dur=\d+\.\d$/);
});

test("a table that is slow is slow in the table's part of the time", async () => {
  table.misbehave = (_request, response) => {
    setTimeout(() => response.end("{}"), 300);
  };
  const { headers } = await call("GET", { id: "a" });
  const [, milliseconds] = /table;dur=([\d.]+)$/.exec(String(headers["Server-Timing"])) ?? [];
  assert.ok(Number(milliseconds) >= 300, `${milliseconds} ms`);
});

test("queryStringParameters count where a gateway sends nothing else", async () => {
  const id = newId();
  const answer = await send(event("POST", itemOf(id, "one"), { multiValueQueryStringParameters: null! }));
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
    const { status, body } = await send(event("POST", itemOf(newId(), "one"), headers));
    assert.deepEqual([status, body.error.code], [403, "forbidden_origin"], JSON.stringify(headers));
  }
  assert.deepEqual(table.requests, []);
});

test("a program that sends no Origin is served", async () => {
  for (const headers of [{}, null, { Host: "api.example" }]) {
    const without = { headers, multiValueHeaders: null } as unknown as Partial<APIGatewayProxyEvent>;
    const { status } = await send(event("POST", itemOf(newId(), "one"), without));
    assert.equal(status, 201);
  }
});

test("another path is 404", async () => {
  const { status, body } = await send(event("GET", { id: "a" }, { resource: "/", path: "/" }));
  assert.deepEqual([status, body.error.code], [404, "not_found"]);
});

test("another method is 405, and the answer names those that are allowed", async () => {
  const others = ["DELETE", "PATCH", "HEAD", "OPTIONS", "get", "__proto__", "constructor"];
  for (const method of others.filter(name => !METHODS.has(name))) {
    const { status, headers, body } = await call(method, itemOf("a", "b"));
    assert.deepEqual([status, body.error.code], [405, "method_not_allowed"]);
    assert.equal(headers.Allow, [...METHODS.keys()].join(", "));
  }
});
