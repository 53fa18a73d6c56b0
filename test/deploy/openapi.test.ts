/** docs/openapi.json: what it says is sent to the deployed API, and what comes back is held against it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { APIGatewayClient, UpdateStageCommand } from "@aws-sdk/client-api-gateway";
import {
  LambdaClient,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { type Around, type Aws, startAws } from "local-aws";
import { openapi, PLACE, written } from "../../docs/openapi.ts";
import { deploy } from "../../ensure.ts";
import { FIELD_NAMES, FIELDS, type Item, problemWith } from "../../item.ts";
import { HEADERS } from "../shared/caller.ts";
import { itemOf, queryOf } from "../shared/items.ts";
import { faultsOf, type Schema } from "./json-schema.ts";

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

interface Response {
  $ref?: string;
  description: string;
  headers?: Record<string, unknown>;
  content?: { "application/json": { schema: Schema } };
}

const NAME = "described";
const operations = Object.values(openapi.paths)[0] as unknown as Record<
  string,
  { responses: Record<string, Response> }
>;
const { schemas } = openapi.components;

test("docs/openapi.json is what the code says; if not: npm run openapi", async () => {
  const file = await readFile(PLACE, "utf8");

  assert.equal(file.replaceAll("\r\n", "\n"), written);
});

for (const field of FIELD_NAMES)
  test(`its schema of the ${field} accepts what the check accepts`, () => {
    const { schema } = openapi.components.parameters[field]!;
    const full = "a".repeat(FIELDS[field].maxBytes);
    const texts = [
      "",
      "a",
      " a ",
      "é\u0301",
      "👩‍👩‍👧",
      "a\tb",
      "\u0085",
      "\ud83d",
      "\ufffd",
      full,
      `${full}a`,
    ];

    for (const text of texts)
      assert.equal(
        faultsOf(schema, text).length > 0,
        problemWith(field, text) !== undefined,
        text.slice(0, 9),
      );
  });

describe("the deployed API answers as docs/openapi.json says", () => {
  let aws: Aws;
  let apiUrl: string;
  let siteOrigin: string;
  let tableSays: string | undefined;

  const weather: Around = async ({ service }, run) => {
    if (service !== "dynamodb" || !tableSays) return run();
    const headers = { "content-type": "application/x-amz-json-1.0" };
    return { status: 400, headers, body: JSON.stringify({ __type: tableSays, message: "no" }) };
  };

  before(async () => {
    aws = await startAws({ weather });
    Object.assign(process.env, aws.environment);
    const deployed = await deploy({ name: NAME, region: aws.region });
    ({ apiUrl } = deployed);
    siteOrigin = new URL(deployed.siteUrl).origin;
  });
  after(() => aws.close());

  /** Sends a request as it stands: fetch would name no origin, and send no body with GET. */
  const send = (method: string, url: string, { origin = siteOrigin, body = "" } = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const headers = { ...HEADERS, origin, "content-length": Buffer.byteLength(body) };
      const sent = request(url, { method, headers, agent: false }, async response => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: await text(response) });
      });
      sent.on("error", reject).end(body);
    });

  const ask = (method: string, item: Partial<Item>, options = {}) =>
    send(method, `${apiUrl}?${queryOf(item)}`, options);

  let count = 0;
  const newItem = () => itemOf(`item ${++count}`, "one");

  async function stored(): Promise<Item> {
    const item = newItem();
    await ask("PUT", item);
    return item;
  }

  async function whileTableSays(type: string, method: string): Promise<Answer> {
    tableSays = type;
    return ask(method, newItem()).finally(() => {
      tableSays = undefined;
    });
  }

  async function whileFunctionIsMissing(method: string): Promise<Answer> {
    const client = new LambdaClient({});
    const start = async (Handler: string) => {
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: NAME, Handler }));
      const patience = { client, maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.02 };
      await waitUntilFunctionUpdatedV2(patience, { FunctionName: NAME });
    };
    await start("index.nobody");
    const answer = await ask(method, newItem());
    await start("index.handler");
    return answer;
  }

  async function whileThrottled(method: string): Promise<Answer> {
    const client = new APIGatewayClient({});
    const [, restApiId, stageName] = /([^/]+)\/([^/]+)\/items$/.exec(apiUrl)!;
    const allow = (burst: number) => {
      const value = { op: "replace" as const, path: "/*/*/throttling/burstLimit", value: `${burst}` };
      return client.send(new UpdateStageCommand({ restApiId, stageName, patchOperations: [value] }));
    };
    await allow(0);
    const answer = await ask(method, newItem());
    await allow(100);
    await new Promise(resolve => setTimeout(resolve, 200)); // until some requests may pass again
    return answer;
  }

  /** How each answer comes about that every method may give, by its status in the document. */
  const ofEvery: Record<string, (method: string) => Promise<Answer>> = {
    "2XX": async method => ask(method, await stored()),
    400: method => ask(method, {}),
    403: method => ask(method, newItem(), { origin: "https://evil.example" }),
    429: whileThrottled,
    500: method => whileTableSays("AccessDeniedException", method),
    503: method => whileTableSays("TransactionConflictException", method),
    "4XX": method => send(method, apiUrl, { body: "x".repeat(10_485_761) }),
    "5XX": whileFunctionIsMissing,
  };
  const ofOne: Record<string, Record<string, () => Promise<Answer>>> = {
    get: {
      200: async () => ask("GET", { id: (await stored()).id }),
      404: () => ask("GET", { id: "nobody's" }),
    },
    head: {
      200: async () => ask("HEAD", { id: (await stored()).id }),
      404: () => ask("HEAD", { id: "nobody's" }),
    },
    post: {
      201: () => ask("POST", newItem()),
      200: async () => ask("POST", await stored()),
      409: async () => ask("POST", itemOf((await stored()).id, "two")),
    },
    put: {
      201: () => ask("PUT", newItem()),
      200: async () => ask("PUT", itemOf((await stored()).id, "two")),
    },
    options: { 204: () => send("OPTIONS", apiUrl) },
  };

  function assertSaid({ status, headers, body }: Answer, key: string, said: Response): void {
    assert.match(String(status), new RegExp(`^${key.replaceAll("X", "\\d")}$`));
    for (const name of Object.keys(said.headers ?? {}))
      assert.ok(headers[name.toLowerCase()] !== undefined, `${name} is missing`);
    const { schema } = said.content?.["application/json"] ?? {};
    assert.equal(body === "", schema === undefined);
    const parsed = JSON.parse(body || "{}");
    assert.deepEqual(faultsOf(schema ?? {}, parsed, schemas as Record<string, Schema>), []);
    if (parsed.error) assert.ok(said.description.startsWith(`\`${parsed.error.code}\`:`), body);
  }

  for (const [method, { responses }] of Object.entries(operations))
    for (const [key, response] of Object.entries(responses)) {
      const provoke = ofOne[method]?.[key] ?? ofEvery[key];
      test(`${method} ${key}`, async () => {
        const said = response.$ref ? (openapi.components.responses[key] as Response) : response;

        assert.ok(provoke, "how does it come about? Say so in ofOne");
        const answer = await provoke(method.toUpperCase());

        assertSaid(answer, key, said);
      });
    }

  test("what is given in the examples is accepted", async () => {
    const { parameters } = openapi.components;
    const item = Object.fromEntries(FIELD_NAMES.map(field => [field, parameters[field]!.example]));

    const answer = await ask("POST", item);

    assert.equal(answer.status, 201);
  });

  test("another path and another method get an Error, too", async () => {
    const path = await send("GET", `${apiUrl}/nowhere`);
    const method = await send("TRACE", apiUrl);

    assert.deepEqual([path.status, method.status], [404, 405]);
    for (const { body } of [path, method])
      assert.deepEqual(faultsOf(schemas.Error, JSON.parse(body), schemas as Record<string, Schema>), []);
    assert.ok(method.headers.allow);
  });

  test("no such stage and a line that is too long are answered in API Gateway's own shape, as it says", async () => {
    const stage = await send("GET", apiUrl.replace("/prod/", "/nobody/"));
    const line = await send("GET", `${apiUrl}?id=${"a".repeat(10_240)}`);

    assert.deepEqual([stage.status, line.status], [403, 414]);
    for (const { body } of [stage, line]) assert.deepEqual(Object.keys(JSON.parse(body)), ["message"]);
  });
});
