/** A local DynamoDB for the file that imports this, and the name of a new table for each of its tests. */
import assert from "node:assert/strict";
import { after, before, beforeEach } from "node:test";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { createAnswer } from "../src/aws.ts";
import { type Items, openItems } from "../src/dynamodb/items.ts";
import { dynamodb } from "../src/dynamodb/service.ts";
import { type Listening, listen } from "../src/http.ts";
import { World } from "../src/world.ts";

export const ACCOUNT = "123456789012";
const KEY = "id";

interface Dynamodb {
  world: World;
  items: Items;
  socket: Listening;
  client: (region?: string) => DynamoDBClient;
}

/** A local DynamoDB, in memory unless told otherwise. */
export async function start(directory?: string, data?: Record<string, unknown>): Promise<Dynamodb> {
  const world = new World(ACCOUNT, data);
  const items = await openItems(directory);
  const answer = createAnswer({
    world,
    services: [dynamodb(items)],
    publics: [],
    verify: async () => ({ kind: "account" }),
    authorize: () => {},
  });
  const socket = await listen(answer, 0);
  const client = (region = "eu-west-1") =>
    new DynamoDBClient({
      region,
      endpoint: `http://127.0.0.1:${socket.port}`,
      credentials: { accessKeyId: "key", secretAccessKey: "secret" },
      maxAttempts: 1,
    });
  return { world, items, socket, client };
}

export async function stop({ items, socket }: Dynamodb): Promise<void> {
  await socket.close();
  await items.close();
}

/** A table as deploy.ts makes it. */
export const itemsTable = (name: string): CreateTableCommandInput => ({
  TableName: name,
  KeySchema: [{ AttributeName: KEY, KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: KEY, AttributeType: "S" }],
  BillingMode: "PAY_PER_REQUEST",
});

export const item = (id: string, value: string) => ({ id: { S: id }, value: { S: value } });

export let local: Dynamodb;
export let client: DynamoDBClient;
let count = 0;
export let table: string;

before(async () => {
  local = await start();
  client = local.client();
});

after(() => stop(local));

beforeEach(() => {
  local.world.timing.table = 0;
  table = `table-${++count}`;
});

/** Creates the test's table. */
export const create = (more: Partial<CreateTableCommandInput> = {}) =>
  client.send(new CreateTableCommand({ ...itemsTable(table), ...more }));

/** The test's table as DynamoDB describes it. */
export const describeIt = async () =>
  (await client.send(new DescribeTableCommand({ TableName: table }))).Table ?? assert.fail("no table");
export const put = (id: string, value: string) =>
  client.send(new PutItemCommand({ TableName: table, Item: item(id, value) }));

/** All items of the test's table. */
export const scan = async () => (await client.send(new ScanCommand({ TableName: table }))).Items;
