/** What holds for every request. FUZZ_RUNS sets how many are tried. */
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import type { APIGatewayProxyEvent } from "aws-lambda";
import fc from "fast-check";
import { METHODS } from "../../handler.ts";
import { FIELD_NAMES, FIELDS, type Field, type Item } from "../../item.ts";
import { each } from "../shared/items.ts";
import { event, startFunction } from "./fake-gateway.ts";
import { ORIGIN } from "./fake-table.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);

// Each request finds what those before it have stored: without them a smaller one would fail for another reason.
fc.configureGlobal({ endOnFailure: true, includeErrorInReport: true });

const { table, log, send: ask, reset } = await startFunction();

beforeEach(reset);
after(() => table.stop());

/** One request, with the log line that it caused and the requests that reached the table. */
async function send(request: APIGatewayProxyEvent) {
  reset();
  const answer = await ask(request);
  return { ...answer, line: JSON.parse(log.join("")), costs: table.requests };
}

const KNOWN = ["GET", "HEAD", "POST", "PUT"];
const isReading = (method: string) => method === "GET" || method === "HEAD";
const UNKNOWN = ["DELETE", "OPTIONS", "post", "__proto__", ""].filter(method => !METHODS.has(method));

/** The rule for an item, written a second time and in another way. */
function isKept(field: Field, text: string | undefined): boolean {
  if (!text || text.includes("\ufffd") || Buffer.from(text).toString() !== text) return false;
  const points = Array.from(text, character => character.codePointAt(0)!);
  const isPrintable = points.every(point => point >= 0x20 && (point < 0x7f || point >= 0xa0));
  return isPrintable && Buffer.byteLength(text) <= FIELDS[field].maxBytes;
}

const textsOf = (pairs: [string, string][], name: string) =>
  pairs.filter(pair => pair[0] === name).map(pair => pair[1]);

/** Texts as people, other programs and attackers send them. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", minLength: 1 }) },
  { weight: 2, arbitrary: fc.constantFrom("a", "b", "é", "e\u0301", " a ", "__proto__", "constructor") },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  { weight: 1, arbitrary: fc.array(fc.nat(0xffff)).map(units => String.fromCharCode(...units)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "\0", "\n", "\x7f", "\x85", "\ud83d", "\u2028", "\ufeff", "\ufffd", "%00"),
  },
);

/** A text of nearly the largest size: a byte less, exactly, a byte more. */
const textAround = (limit: number) =>
  fc
    .tuple(fc.constantFrom("a", "é", "€", "😀", "\u0000", "\ud83d"), fc.integer({ min: -1, max: 1 }))
    .map(([character, over]) => {
      const many = character.repeat(limit / Buffer.byteLength(character) - 1);
      return many + "a".repeat(limit + over - Buffer.byteLength(many));
    });

const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: rare });

const parameter = (field: Field) =>
  fc.tuple(fc.constant<string>(field), mostly(text, textAround(FIELDS[field].maxBytes)));
const strayName = fc.constantFrom("ID", "id[]", "__proto__", "constructor", "toString", "");
const anyParameter = fc.oneof(...FIELD_NAMES.map(parameter), fc.tuple(strayName, text));

/** A query string, pair by pair: mostly each field once, sometimes more, less or something else. */
const query = mostly<[string, string][]>(
  fc.tuple(...FIELD_NAMES.map(parameter)),
  fc.array(anyParameter, { maxLength: 4 }),
);

const method = mostly(fc.constantFrom(...KNOWN), fc.constantFrom(...UNKNOWN));

const origins = mostly(
  fc.constantFrom<string[]>([], [ORIGIN]),
  fc.array(fc.oneof(fc.constant(ORIGIN), fc.webUrl(), fc.string()), { maxLength: 2 }),
);

const body = fc.record({ body: fc.option(fc.base64String()), isBase64Encoded: fc.boolean() });

/** The maps of an event, as API Gateway makes them of repeated names. */
function mapsOf(pairs: [string, string][]) {
  const names = new Set(pairs.map(([name]) => name));
  return Object.fromEntries(Array.from(names, name => [name, textsOf(pairs, name)]));
}

/** API Gateway fills both maps of the query and of the headers; other senders perhaps only one. */
const shape = mostly(fc.constant("both"), fc.constantFrom("single", "multi"));
const SHAPES: Record<string, Partial<APIGatewayProxyEvent>> = {
  both: {},
  single: JSON.parse('{ "multiValueHeaders": null, "multiValueQueryStringParameters": null }'),
  multi: JSON.parse('{ "headers": null, "queryStringParameters": null }'),
};
const lastOfEach = (pairs: [string, string][]) => [...new Map(pairs)];

const NONE = { headers: {}, multiValueHeaders: {} };
const headersOf = (name: string, origins: string[]) =>
  origins.length === 0
    ? NONE
    : { headers: { [name]: origins.at(-1) }, multiValueHeaders: { [name]: origins } };

/** What the table must hold after all requests so far. */
const model = new Map<string, Item>();

/** The item that a query string gives. */
const givenIn = (pairs: [string, string][]) => each(field => textsOf(pairs, field)[0] ?? "");

/** What the contract says about a request, before it is sent. */
function expected(method: string, pairs: [string, string][], origins: string[]) {
  if (origins.some(origin => origin !== ORIGIN)) return { status: 403 };
  if (!KNOWN.includes(method)) return { status: 405 };
  const fields: Field[] = isReading(method) ? ["id"] : FIELD_NAMES;
  const wrong = fields.filter(field => {
    const texts = textsOf(pairs, field);
    return texts.length !== 1 || !isKept(field, texts[0]);
  });
  if (wrong.length > 0) return { status: 400, wrong };
  const before = model.get(textsOf(pairs, "id")[0]!);
  if (isReading(method)) return { status: before === undefined ? 404 : 200 };
  if (before === undefined) return { status: 201 };
  const isSame = JSON.stringify(before) === JSON.stringify(givenIn(pairs));
  return { status: method === "PUT" || isSame ? 200 : 409 };
}

async function checkWritten(item: Item): Promise<void> {
  const kept = await send(event("GET", { id: item.id }));
  assert.equal(kept.status, 200);
  for (const field of FIELD_NAMES) assert.deepEqual(Buffer.from(kept.body[field]), Buffer.from(item[field]));
}

const request = fc.record({
  method,
  query,
  origins,
  headerName: fc.mixedCase(fc.constant("origin")),
  body,
  shape,
});

test("every request gets the answer of the contract; what is accepted is kept byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ method, query, origins, headerName, body, shape }) => {
      const pairs = shape === "single" ? lastOfEach(query) : query;
      const wanted = expected(method, pairs, shape === "single" ? origins.slice(-1) : origins);
      const headers = headersOf(headerName, origins);
      const answer = await send(event(method, mapsOf(query), { ...headers, ...body, ...SHAPES[shape] }));
      const item = givenIn(pairs);
      const operation = isReading(method) ? "GetItem" : "PutItem";
      const isWritten = !isReading(method) && wanted.status < 300;
      if (isWritten) model.set(item.id, item);

      // On a starved machine an attempt may time out after its effect: the next one finds the item stored.
      const isFoundStored = answer.costs.length > 1 && wanted.status === 201 && answer.status === 200;
      assert.equal(answer.status, isFoundStored ? 200 : wanted.status);
      const costs = [400, 403, 405].includes(wanted.status) ? [] : [operation];
      assert.deepEqual([...new Set(answer.costs)], costs);
      if (method === "HEAD") return assert.equal(answer.body, null);
      if (wanted.wrong) {
        const named = answer.body.error.problems.map((problem: { field: Field }) => problem.field);
        assert.deepEqual([answer.body.error.field, named], [wanted.wrong[0], wanted.wrong]);
      }
      if (answer.status < 300) assert.deepEqual(answer.body, model.get(item.id));
      if (answer.status === 409) assert.deepEqual(answer.body.error.held, model.get(item.id));
      if (isWritten || answer.status === 409) await checkWritten(model.get(item.id)!);
    }),
    { numRuns: RUNS },
  );
});

const anyText = fc.oneof(fc.constantFrom("/items", "GET", "HEAD", "POST", "PUT", "a", ORIGIN), fc.string());
const anyMap = fc.oneof(
  fc.dictionary(fc.constantFrom(...FIELD_NAMES, "Origin", "__proto__"), fc.oneof(anyText, fc.jsonValue())),
  fc.jsonValue(),
);

/** JSON that resembles an event of API Gateway, more or less, or not at all. */
const resemblance = fc
  .record(
    {
      resource: mostly<unknown>(fc.constant("/items"), fc.jsonValue()),
      httpMethod: mostly<unknown>(fc.constantFrom(...KNOWN), fc.jsonValue()),
      path: fc.jsonValue(),
      headers: fc.oneof(fc.constant(null), anyMap),
      multiValueHeaders: fc.oneof(fc.constant(null), anyMap),
      queryStringParameters: anyMap,
      multiValueQueryStringParameters: fc.oneof(fc.constant(null), anyMap),
      requestContext: fc.jsonValue(),
      body: fc.jsonValue(),
      isBase64Encoded: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  .map(event => JSON.parse(JSON.stringify(event)));
const anyEvent: fc.Arbitrary<APIGatewayProxyEvent> = mostly(resemblance, fc.jsonValue());

test("whatever JSON arrives as an event: the function answers, and never with a 5xx while the table works", async () => {
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(anyEvent, async event => {
      const { status, headers, body } = await send(event);
      seen.add(status);
      assert.ok(status < 500);
      assert.equal(headers?.["Access-Control-Allow-Origin"], ORIGIN);
      if (event?.httpMethod === "HEAD") return assert.equal(body, null);
      assert.equal(typeof (status < 300 ? body.id : body.error.message), "string");
    }),
    { numRuns: RUNS },
  );
  for (const status of [400, 403, 404, 405]) assert.ok(seen.has(status), `${status} was never reached`);
});

test("a log line holds what it may hold and nothing else", async () => {
  const members = ["level", "timestamp", "requestId", "method", "status", "outcome", "milliseconds"];
  await fc.assert(
    fc.asyncProperty(method, query, async (method, pairs) => {
      const { line } = await send(event(method, mapsOf(pairs)));
      assert.deepEqual(Object.keys(line), members);
      assert.deepEqual([line.level, line.requestId, line.method], ["INFO", "request-1", method]);
      assert.match(line.outcome, /^[a-z_]+$/);
      assert.equal(typeof line.status + typeof line.milliseconds, "numbernumber");
    }),
    { numRuns: RUNS / 10 },
  );
});
