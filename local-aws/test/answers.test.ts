/**
 * Every answer is AWS's: what the SDK's schema of an operation does not know, or a moment that is none, cannot be
 * answered at all, and what dynalite answers, which no schema writes, is read with the schema.
 */
import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { type Aws, startAws } from "../src/server.ts";
import type { Protocol } from "../src/service.ts";
import { awsJson } from "../src/wire/aws-json.ts";
import { awsQuery } from "../src/wire/aws-query.ts";
import { readJson } from "../src/wire/json-document.ts";
import { restJson } from "../src/wire/rest-json.ts";
import { restXml } from "../src/wire/rest-xml.ts";
import { apiOf } from "../src/wire/schema.ts";
import { itemsTable } from "./tables.ts";

interface Case {
  protocol: Protocol;
  operation: string;
  /** An output with that moment, and perhaps a member more. */
  output: (time: unknown, more?: object) => object;
  /** How the moment must look. */
  looks: RegExp;
}

const namespace = "https://example.com/doc/";
const TIME = new Date("2026-11-24T12:00:00Z");
const CASES: Record<string, Case> = {
  "AWS Query": {
    protocol: awsQuery(apiOf(iam), { namespace }),
    operation: "GetRole",
    output: (CreateDate, more) => ({ Role: { RoleName: "r", CreateDate, ...more } }),
    looks: /<CreateDate>2026-11-24T12:00:00Z</,
  },
  "AWS JSON": {
    protocol: awsJson(apiOf(dynamodb), { version: "1.0" }),
    operation: "DescribeTable",
    output: (CreationDateTime, more) => ({ Table: { TableName: "t", CreationDateTime, ...more } }),
    looks: /"CreationDateTime":1795521600[,}]/,
  },
  "REST JSON": {
    protocol: restJson(apiOf(apigateway)),
    operation: "GetRestApi",
    output: (createdDate, more) => ({ name: "a", createdDate, ...more }),
    looks: /"createdDate":1795521600[,}]/,
  },
  "REST XML": {
    protocol: restXml(apiOf(s3), { namespace }),
    operation: "ListBuckets",
    output: (CreationDate, more) => ({ Buckets: [{ Name: "b", CreationDate, ...more }] }),
    looks: /<CreationDate>2026-11-24T12:00:00Z</,
  },
  "REST XML, in a header": {
    protocol: restXml(apiOf(s3), { namespace }),
    operation: "HeadObject",
    output: (LastModified, more) => ({ LastModified, ...more }),
    looks: /"last-modified":"Tue, 24 Nov 2026 12:00:00 GMT"/,
  },
};

for (const [name, { protocol, operation, output, looks }] of Object.entries(CASES)) {
  const answered = (time: unknown, more?: object) =>
    protocol.answer({ operation, input: {} }, output(time, more), "1");

  describe(`${name} (${operation})`, () => {
    it("writes a moment in AWS's format", () => {
      const { headers, body } = answered(TIME);

      assert.match(JSON.stringify(headers) + body, looks);
    });

    for (const time of ["2026-11-24T12:00:00Z", 1_795_521_600_000])
      it(`does not answer ${time} for a moment`, () => {
        assert.throws(() => answered(time), /where AWS has a timestamp/);
      });

    it("does not answer a member that AWS does not have", () => {
      assert.throws(() => answered(TIME, { Invented: "x" }), /returned Invented, which \w+ does not have/);
    });
  });
}

test("a moment is not answered where AWS has text or a number", () => {
  const describe = (Table: object) =>
    CASES["AWS JSON"]!.protocol.answer({ operation: "DescribeTable", input: {} }, { Table }, "1");

  for (const member of [{ TableName: TIME }, { ItemCount: TIME }])
    assert.throws(() => describe(member), /where AWS has a (string|number)/);
});

const TableName = "items";
const Key = { id: { S: "a" } };
const Item = { ...Key, value: { S: "1" }, bytes: { B: new Uint8Array([1]) }, list: { L: [{ N: "1" }] } };
const all = { ReturnConsumedCapacity: "INDEXES", ReturnItemCollectionMetrics: "SIZE" } as const;
const ITEM_CALLS = [
  new dynamodb.PutItemCommand({ TableName, Item, ReturnValues: "ALL_OLD", ...all }),
  new dynamodb.GetItemCommand({ TableName, Key, ReturnConsumedCapacity: "TOTAL" }),
  new dynamodb.UpdateItemCommand({
    TableName,
    Key,
    UpdateExpression: "SET #v = :v",
    ExpressionAttributeNames: { "#v": "value" },
    ExpressionAttributeValues: { ":v": { N: "2" } },
    ReturnValues: "ALL_NEW",
    ...all,
  }),
  new dynamodb.BatchWriteItemCommand({
    RequestItems: { [TableName]: [{ PutRequest: { Item: { id: { S: "b" } } } }] },
    ...all,
  }),
  new dynamodb.BatchGetItemCommand({
    RequestItems: { [TableName]: { Keys: [Key] } },
    ReturnConsumedCapacity: "TOTAL",
  }),
  new dynamodb.QueryCommand({
    TableName,
    KeyConditionExpression: "id = :id",
    ExpressionAttributeValues: { ":id": { S: "a" } },
    ReturnConsumedCapacity: "INDEXES",
  }),
  new dynamodb.ScanCommand({ TableName, Limit: 1, ReturnConsumedCapacity: "TOTAL" }),
  new dynamodb.DeleteItemCommand({ TableName, Key, ReturnValues: "ALL_OLD", ...all }),
];

/** The body of an answer, as it came. */
async function bodyOf(aws: Aws, command: (typeof ITEM_CALLS)[number]): Promise<unknown> {
  const { endpoint, region, accessKeyId, secretAccessKey } = aws;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new dynamodb.DynamoDBClient({ endpoint, region, credentials });
  let body = "";
  client.middlewareStack.add(
    next => async args => {
      const result = await next(args);
      const response = result.response as { body: AsyncIterable<Uint8Array> };
      const parts: Uint8Array[] = [];
      for await (const part of response.body) parts.push(part);
      body = Buffer.concat(parts).toString();
      return { ...result, response: { ...response, body: Buffer.from(body) } };
    },
    { step: "deserialize", priority: "low" },
  );
  await client.send(command as dynamodb.PutItemCommand).catch(() => {});
  return JSON.parse(body);
}

test("what dynalite answers to each operation on items is what the schema says", async t => {
  await using aws = await startAws();
  const { endpoint, region, accessKeyId, secretAccessKey } = aws;
  const client = new dynamodb.DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
  });
  await client.send(new dynamodb.CreateTableCommand(itemsTable(TableName)));
  for (const command of ITEM_CALLS) {
    const operation = command.constructor.name.replace("Command", "");
    await t.test(operation, async () => {
      const body = await bodyOf(aws, command);

      const noticed = { unknown: [] as string[], missing: [] };
      const read = readJson(apiOf(dynamodb).get(operation)!.output!, body, "", noticed);

      assert.deepEqual(noticed.unknown, []);
      assert.ok(Object.keys(read as object).length > 0);
      assert.equal("__type" in (body as object), false);
    });
  }
});
