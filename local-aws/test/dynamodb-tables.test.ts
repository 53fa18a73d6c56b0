import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  ScanCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { refused } from "./refused.ts";
import { ACCOUNT, client, create, describeIt, item, itemsTable, local, put, scan, table } from "./tables.ts";

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

  it("cannot be named by the ARN of another region's", async () => {
    await create();
    const { TableArn = "" } = await describeIt();
    const elsewhere = TableArn.replace("eu-west-1", "us-east-1");

    const asked = client.send(new GetItemCommand({ TableName: elsewhere, Key: { id: { S: "a" } } }));

    await assert.rejects(
      asked,
      refused("ValidationException", /Invalid AWS region in 'arn:aws:dynamodb:us-east-1:/),
    );
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

  it("does not tell its tags once it is gone, nor that it is", async () => {
    const { TableDescription } = await create();
    const ResourceArn = TableDescription?.TableArn;
    await client.send(new DeleteTableCommand({ TableName: table }));

    const tags = client.send(new ListTagsOfResourceCommand({ ResourceArn }));

    await assert.rejects(
      tags,
      refused("AccessDeniedException", /dynamodb:ListTagsOfResource on resource: arn:/),
    );
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
});
