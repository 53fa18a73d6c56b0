import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeLimitsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { createAws } from "../local/aws.ts";
import { type Items, openItems } from "../local/dynamodb/items.ts";
import { dynamodb } from "../local/dynamodb.ts";
import { type Listening, listen } from "../local/http.ts";
import { World } from "../local/world.ts";

const ACCOUNT = "123456789012";
const KEY = "id";

interface Dynamodb {
  world: World;
  items: Items;
  socket: Listening;
  client: (region?: string) => DynamoDBClient;
}

async function start(directory?: string, data?: Record<string, unknown>): Promise<Dynamodb> {
  const world = new World(ACCOUNT, data);
  const items = await openItems(directory);
  const answer = createAws({
    world,
    services: [dynamodb(items)],
    publics: [],
    callerOf: () => ({ kind: "account" }),
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

async function stop({ items, socket }: Dynamodb): Promise<void> {
  await socket.close();
  await items.close();
}

const itemsTable = (name: string): CreateTableCommandInput => ({
  TableName: name,
  KeySchema: [{ AttributeName: KEY, KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: KEY, AttributeType: "S" }],
  BillingMode: "PAY_PER_REQUEST",
});

const item = (id: string, value: string) => ({ id: { S: id }, value: { S: value } });

const refused = (name: string, message?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Error);
  assert.equal(error.name, name);
  if (message) assert.match(error.message, message);
  return true;
};

describe("local DynamoDB", () => {
  let local: Dynamodb;
  let client: DynamoDBClient;
  let count = 0;
  let table: string;

  before(async () => {
    local = await start();
    client = local.client();
  });

  after(() => stop(local));

  beforeEach(() => {
    local.world.timing.table = 0;
    table = `table-${++count}`;
  });

  const create = (more: Partial<CreateTableCommandInput> = {}) =>
    client.send(new CreateTableCommand({ ...itemsTable(table), ...more }));
  const describeIt = async () =>
    (await client.send(new DescribeTableCommand({ TableName: table }))).Table ?? assert.fail("no table");
  const put = (id: string, value: string) =>
    client.send(new PutItemCommand({ TableName: table, Item: item(id, value) }));
  const scan = async () => (await client.send(new ScanCommand({ TableName: table }))).Items;

  describe("a table", () => {
    it("is described with its ARN, its billing mode and its protection", async () => {
      const created = await create({ DeletionProtectionEnabled: true });

      const described = await describeIt();

      assert.equal(created.TableDescription?.TableStatus, "CREATING");
      assert.equal(described.TableStatus, "ACTIVE");
      assert.equal(described.TableArn, `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/${table}`);
      assert.equal(described.TableId, created.TableDescription?.TableId);
      assert.equal(described.BillingModeSummary?.BillingMode, "PAY_PER_REQUEST");
      assert.equal(described.DeletionProtectionEnabled, true);
      assert.deepEqual(described.KeySchema, itemsTable(table).KeySchema);
      assert.deepEqual(described.AttributeDefinitions, itemsTable(table).AttributeDefinitions);
      assert.ok(described.CreationDateTime instanceof Date);
    });

    it("can be named by its ARN", async () => {
      await create();
      const { TableArn } = await describeIt();

      await client.send(new PutItemCommand({ TableName: TableArn, Item: item("a", "1") }));
      const found = await client.send(new GetItemCommand({ TableName: TableArn, Key: { id: { S: "a" } } }));

      assert.deepEqual(found.Item, item("a", "1"));
    });

    it("cannot be created twice", async () => {
      await create();

      const again = create();

      await assert.rejects(again, refused("ResourceInUseException", /Table already exists/));
    });

    it("is unknown under another name, even that of a property of every object", async () => {
      const describeIt = client.send(new DescribeTableCommand({ TableName: "constructor" }));

      await assert.rejects(describeIt, refused("ResourceNotFoundException", /constructor not found/));
    });

    it("is not seen from another region", async () => {
      await create();
      await put("a", "1");
      const elsewhere = local.client("us-west-2");

      await elsewhere.send(new CreateTableCommand(itemsTable(table)));
      const there = await elsewhere.send(new ScanCommand({ TableName: table }));

      assert.deepEqual(there.Items, []);
      assert.deepEqual(await scan(), [item("a", "1")]);
    });

    it("is listed page by page", async () => {
      const region = local.client("ap-south-1");
      for (const name of ["one", "two", "three"]) await region.send(new CreateTableCommand(itemsTable(name)));

      const first = await region.send(new ListTablesCommand({ Limit: 2 }));
      const second = await region.send(
        new ListTablesCommand({ Limit: 2, ExclusiveStartTableName: first.LastEvaluatedTableName }),
      );

      assert.deepEqual(first.TableNames, ["one", "three"]);
      assert.deepEqual(second.TableNames, ["two"]);
      assert.equal(second.LastEvaluatedTableName, undefined);
    });

    it("is refused when its keys are not defined, in DynamoDB's words", async () => {
      const wrong = create({ AttributeDefinitions: [{ AttributeName: "other", AttributeType: "S" }] });

      await assert.rejects(wrong, refused("ValidationException", /index key attributes are not defined/));
    });

    it("is gone with its items when deleted", async () => {
      await create();
      await put("a", "1");

      const { TableDescription } = await client.send(new DeleteTableCommand({ TableName: table }));

      assert.equal(TableDescription?.TableStatus, "DELETING");
      await assert.rejects(describeIt, refused("ResourceNotFoundException"));
      await create();
      assert.deepEqual(await scan(), []);
    });

    it("is deleted without the items of a table whose name begins alike", async () => {
      const longer = `${table}.more`;
      await create();
      await client.send(new CreateTableCommand(itemsTable(longer)));
      await client.send(new PutItemCommand({ TableName: longer, Item: item("a", "1") }));

      await client.send(new DeleteTableCommand({ TableName: table }));

      const kept = await client.send(new ScanCommand({ TableName: longer }));
      assert.deepEqual(kept.Items, [item("a", "1")]);
    });

    it("cannot be deleted while it is protected", async () => {
      await create({ DeletionProtectionEnabled: true });
      const remove = () => client.send(new DeleteTableCommand({ TableName: table }));
      await assert.rejects(
        remove,
        refused("ValidationException", /protected against deletion. Disable deletion protection first/),
      );

      await client.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: false }));

      assert.equal((await describeIt()).DeletionProtectionEnabled, false);
      await remove();
    });

    it("changes its billing mode", async () => {
      await create({
        BillingMode: "PROVISIONED",
        ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
      });
      const before = await describeIt();

      await client.send(new UpdateTableCommand({ TableName: table, BillingMode: "PAY_PER_REQUEST" }));

      assert.equal(before.BillingModeSummary, undefined);
      assert.equal(before.ProvisionedThroughput?.WriteCapacityUnits, 3);
      assert.equal((await describeIt()).BillingModeSummary?.BillingMode, "PAY_PER_REQUEST");
    });

    it("refuses an update that changes nothing, or two things at once", async () => {
      await create();
      const update = (more: object) => client.send(new UpdateTableCommand({ TableName: table, ...more }));

      await assert.rejects(update({}), refused("ValidationException"));
      await assert.rejects(update({ DeletionProtectionEnabled: false }), refused("ValidationException"));
      await assert.rejects(update({ BillingMode: "PAY_PER_REQUEST" }), refused("ValidationException"));
      await assert.rejects(
        update({ BillingMode: "PAY_PER_REQUEST", DeletionProtectionEnabled: true }),
        refused("ValidationException"),
      );
      assert.equal((await describeIt()).DeletionProtectionEnabled, false);
    });

    it("is busy for as long as the weather says", async () => {
      local.world.timing.table = 60_000;

      await create();

      assert.equal((await describeIt()).TableStatus, "CREATING");
      await assert.rejects(put("a", "1"), refused("ResourceNotFoundException"));
      await assert.rejects(
        client.send(new DeleteTableCommand({ TableName: table })),
        refused("ResourceInUseException", /being created/),
      );
    });

    it("can be used, but not changed, while it is updated", async () => {
      await create();
      local.world.timing.table = 60_000;

      await client.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: true }));

      assert.equal((await describeIt()).TableStatus, "UPDATING");
      await put("a", "1");
      await assert.rejects(
        client.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: false })),
        refused("ResourceInUseException", /being updated/),
      );
    });

    it("can neither be used nor created again while it is deleted", async () => {
      await create();
      local.world.timing.table = 60_000;

      await client.send(new DeleteTableCommand({ TableName: table }));

      assert.equal((await describeIt()).TableStatus, "DELETING");
      await assert.rejects(put("a", "1"), refused("ResourceNotFoundException"));
      await assert.rejects(create(), refused("ResourceInUseException", /being deleted/));
    });
  });

  describe("the settings of a table", () => {
    const tagsOf = async (arn: string | undefined) =>
      (await client.send(new ListTagsOfResourceCommand({ ResourceArn: arn }))).Tags;

    it("keep the tags given when it was created, and later ones", async () => {
      const first = { Key: "first", Value: "0" };
      await create({ Tags: [first, { Key: "a", Value: "1" }] });
      const { TableArn } = await describeIt();

      await client.send(
        new TagResourceCommand({
          ResourceArn: TableArn,
          Tags: [
            { Key: "b", Value: "2" },
            { Key: "c", Value: "" },
          ],
        }),
      );
      await client.send(new UntagResourceCommand({ ResourceArn: TableArn, TagKeys: ["a"] }));

      assert.deepEqual(await tagsOf(TableArn), [first, { Key: "b", Value: "2" }, { Key: "c", Value: "" }]);
    });

    it("refuse the tags that AWS refuses", async () => {
      await create();
      const { TableArn } = await describeIt();
      const tag = (Tags: { Key: string; Value: string }[]) =>
        client.send(new TagResourceCommand({ ResourceArn: TableArn, Tags }));

      await assert.rejects(tag([]), refused("ValidationException"));
      await assert.rejects(tag([{ Key: "aws:x", Value: "1" }]), refused("ValidationException"));
      await assert.rejects(tag([{ Key: "", Value: "1" }]), refused("ValidationException"));
      await assert.rejects(tagsOf(`${TableArn}x`), refused("ResourceNotFoundException"));
    });

    const recovery = async () =>
      (await client.send(new DescribeContinuousBackupsCommand({ TableName: table })))
        .ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    const setRecovery = (enabled: boolean) =>
      client.send(
        new UpdateContinuousBackupsCommand({
          TableName: table,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: enabled },
        }),
      );

    it("switch point-in-time recovery on and off", async () => {
      await create();
      const first = await recovery();

      await setRecovery(true);
      const second = await recovery();
      await setRecovery(false);

      assert.deepEqual([first, second, await recovery()], ["DISABLED", "ENABLED", "DISABLED"]);
    });

    it("have no backups while the table is new", async () => {
      local.world.timing.table = 60_000;
      await create();

      const early = setRecovery(true);

      await assert.rejects(early, refused("ContinuousBackupsUnavailableException", /being enabled/));
    });

    it("have no backups of a table that does not exist", async () => {
      await assert.rejects(recovery(), refused("TableNotFoundException"));
    });

    it("say that items do not expire, and what the quotas are", async () => {
      await create();

      const expiry = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
      const limits = await client.send(new DescribeLimitsCommand({}));

      assert.equal(expiry.TimeToLiveDescription?.TimeToLiveStatus, "DISABLED");
      assert.equal(limits.TableMaxWriteCapacityUnits, 40_000);
    });
  });

  describe("items", () => {
    it("are stored, changed, read and deleted", async () => {
      await create();
      await put("a", "1");
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { id: { S: "a" } },
          UpdateExpression: "SET #v = :v",
          ExpressionAttributeNames: { "#v": "value" },
          ExpressionAttributeValues: { ":v": { S: "2" } },
        }),
      );

      const found = await client.send(new GetItemCommand({ TableName: table, Key: { id: { S: "a" } } }));
      await client.send(new DeleteItemCommand({ TableName: table, Key: { id: { S: "a" } } }));

      assert.deepEqual(found.Item, item("a", "2"));
      assert.deepEqual(await scan(), []);
    });

    it("are found by a query and in batches", async () => {
      await create();
      await client.send(
        new BatchWriteItemCommand({
          RequestItems: {
            [table]: [{ PutRequest: { Item: item("a", "1") } }, { PutRequest: { Item: item("b", "2") } }],
          },
        }),
      );

      const queried = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "id = :id",
          ExpressionAttributeValues: { ":id": { S: "b" } },
        }),
      );
      const batch = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [{ id: { S: "a" } }] } } }),
      );

      assert.deepEqual(queried.Items, [item("b", "2")]);
      assert.deepEqual(batch.Responses?.[table], [item("a", "1")]);
    });

    it("are found by a global secondary index", async () => {
      await create({
        AttributeDefinitions: [
          { AttributeName: "id", AttributeType: "S" },
          { AttributeName: "value", AttributeType: "S" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: "by-value",
            KeySchema: [{ AttributeName: "value", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
          },
        ],
      });
      await put("a", "1");
      await put("b", "2");

      const found = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: "by-value",
          KeyConditionExpression: "#v = :v",
          ExpressionAttributeNames: { "#v": "value" },
          ExpressionAttributeValues: { ":v": { S: "2" } },
        }),
      );

      assert.deepEqual(found.Items, [item("b", "2")]);
      const [index] = (await describeIt()).GlobalSecondaryIndexes ?? [];
      assert.equal(index?.IndexStatus, "ACTIVE");
      assert.match(index?.IndexArn ?? "", new RegExp(`table/${table}/index/by-value$`));
    });

    it("are not overwritten when a condition forbids it", async () => {
      await create();
      const store = (value: string) =>
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: item("a", value),
            ConditionExpression: "attribute_not_exists(id) OR #v = :v",
            ExpressionAttributeNames: { "#v": "value" },
            ExpressionAttributeValues: { ":v": { S: value } },
            ReturnValues: "ALL_OLD",
          }),
        );
      const first = await store("1");
      const same = await store("1");

      const other = store("2");

      await assert.rejects(other, refused("ConditionalCheckFailedException", /conditional request failed/));
      assert.equal(first.Attributes, undefined);
      assert.deepEqual(same.Attributes, item("a", "1"));
      assert.deepEqual(await scan(), [item("a", "1")]);
    });

    it("are put by one at a time when many put the same", async () => {
      await create();
      const puts = Array.from({ length: 20 }, (_, n) =>
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: item("a", String(n)),
            ConditionExpression: "attribute_not_exists(id)",
          }),
        ),
      );

      const results = await Promise.allSettled(puts);

      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    });

    it("are checked as DynamoDB does", async () => {
      await create();

      await assert.rejects(put("", "1"), refused("ValidationException", /empty string/));
      await assert.rejects(put("a".repeat(2049), "1"), refused("ValidationException", /2048 bytes/));
      await assert.rejects(put("a", "x".repeat(410_000)), refused("ValidationException", /Item size/));
    });
  });

  it("refuses by name what it does not implement", async () => {
    await create();
    const expiry = client.send(
      new UpdateTimeToLiveCommand({
        TableName: table,
        TimeToLiveSpecification: { AttributeName: "until", Enabled: true },
      }),
    );
    const stream = client.send(
      new CreateTableCommand({ ...itemsTable("streamed"), StreamSpecification: { StreamEnabled: true } }),
    );
    const onFailure = client.send(
      new PutItemCommand({
        TableName: table,
        Item: item("a", "1"),
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );

    await assert.rejects(expiry, refused("NotImplemented", /dynamodb:UpdateTimeToLive/));
    await assert.rejects(stream, refused("NotImplemented", /StreamSpecification/));
    await assert.rejects(onFailure, refused("NotImplemented", /ReturnValuesOnConditionCheckFailure/));
  });

  it("keeps its items on disk when given a directory", async t => {
    const directory = await mkdtemp(join(tmpdir(), "dynamodb-"));
    t.after(() => rm(directory, { recursive: true }));
    const first = await start(directory);
    await first.client().send(new CreateTableCommand(itemsTable("kept")));
    await first.client().send(new PutItemCommand({ TableName: "kept", Item: item("a", "1") }));
    await stop(first);

    const second = await start(directory, JSON.parse(JSON.stringify(first.world)));
    t.after(() => stop(second));
    const found = await second.client().send(new ScanCommand({ TableName: "kept" }));

    assert.deepEqual(found.Items, [item("a", "1")]);
  });
});
