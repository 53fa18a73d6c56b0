/** What DynamoDB refuses or leaves out, and dynalite by itself would not. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { QueryCommand, ScanCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { refused } from "./refused.ts";
import { client, create, item, put, scan, table } from "./tables.ts";

const scanWith = (more: object) => client.send(new ScanCommand({ TableName: table, ...more }));
const queryFor = (id: string, more: object = {}) =>
  client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: "#k = :id",
      ExpressionAttributeNames: { "#k": "id" },
      ExpressionAttributeValues: { ":id": { S: id } },
      ...more,
    }),
  );
const update = (UpdateExpression: string, ReturnValues: "UPDATED_NEW" | "UPDATED_OLD") =>
  client.send(
    new UpdateItemCommand({
      TableName: table,
      Key: { id: { S: "a" } },
      UpdateExpression,
      ReturnValues,
      ExpressionAttributeNames: { "#v": "value" },
      ...(UpdateExpression.includes(":v") && { ExpressionAttributeValues: { ":v": { S: "2" } } }),
    }),
  );

describe("DynamoDB", () => {
  beforeEach(async () => {
    await create();
    await put("a", "1");
  });

  for (const Segment of [0, 1])
    it(`refuses segment ${Segment} of nobody knows how many`, async () => {
      await assert.rejects(
        scanWith({ Segment }),
        refused("ValidationException", /^The TotalSegments parameter/),
      );
    });

  it("refuses specific attributes without saying which", async () => {
    const Select = "SPECIFIC_ATTRIBUTES";

    const scanned = scanWith({ Select });
    const queried = queryFor("a", { Select });

    await assert.rejects(
      scanned,
      refused("ValidationException", /^Must specify the AttributesToGet or Proj/),
    );
    await assert.rejects(
      queried,
      refused("ValidationException", /^1 validation error detected: Must specify/),
    );
    const { Items } = await scanWith({ Select, ProjectionExpression: "id" });
    assert.deepEqual(Items, [{ id: { S: "a" } }]);
  });

  it("refuses to look for an empty key", async () => {
    await assert.rejects(
      queryFor(""),
      refused("ValidationException", /key attribute cannot contain an empty string value. Key: id$/),
    );
    assert.deepEqual((await queryFor("a")).Items, [item("a", "1")]);
  });

  it("does not speak of attributes where an update left or found none", async () => {
    const removed = await update("REMOVE #v", "UPDATED_NEW");
    const added = await update("SET #v = :v", "UPDATED_OLD");
    const changed = await update("SET #v = :v", "UPDATED_NEW");

    assert.equal("Attributes" in removed, false);
    assert.equal("Attributes" in added, false);
    assert.deepEqual(changed.Attributes, { value: { S: "2" } });
    assert.deepEqual(await scan(), [item("a", "2")]);
  });
});
