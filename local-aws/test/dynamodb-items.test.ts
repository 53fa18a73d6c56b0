import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { refused } from "./refused.ts";
import { client, create, describeIt, item, put, scan, table } from "./tables.ts";

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

  it("are told with the refusal, where the condition does not hold and the caller asks for it", async () => {
    await create();
    await put("a", "1");
    const onItem = { TableName: table, Key: { id: { S: "a" } } };
    const condition = { ConditionExpression: "attribute_not_exists(id)" };
    const asked = { ...condition, ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const };

    const told = [
      client.send(new PutItemCommand({ TableName: table, Item: item("a", "2"), ...asked })),
      client.send(new DeleteItemCommand({ ...onItem, ...asked })),
      client.send(new UpdateItemCommand({ ...onItem, ...asked })),
    ];
    const untold = client.send(new PutItemCommand({ TableName: table, Item: item("a", "2"), ...condition }));

    const name = "ConditionalCheckFailedException";
    await Promise.all([
      ...told.map(telling => assert.rejects(telling, { name, Item: item("a", "1") })),
      assert.rejects(untold, { name, Item: undefined }),
    ]);
    assert.deepEqual(await scan(), [item("a", "1")]);
  });

  it("are not told where none is there, and a wish that DynamoDB does not know is refused", async () => {
    await create();
    const wish = (what: string) => ({ ReturnValuesOnConditionCheckFailure: what as "ALL_OLD" });
    const input = { TableName: table, Item: item("a", "1"), ConditionExpression: "attribute_exists(id)" };

    const missing = client.send(new PutItemCommand({ ...input, ...wish("ALL_OLD") }));
    const unknown = client.send(new PutItemCommand({ ...input, ...wish("ALL_NEW") }));

    await Promise.all([
      assert.rejects(missing, { name: "ConditionalCheckFailedException", Item: undefined }),
      assert.rejects(unknown, refused("ValidationException", /enum value set: \[ALL_OLD, NONE\]/)),
    ]);
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
