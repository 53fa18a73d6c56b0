import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeLimitsCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  ScanCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { refused } from "./refused.ts";
import { client, create, describeIt, item, itemsTable, local, put, start, stop, table } from "./tables.ts";

describe("a table", () => {
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

  await assert.rejects(expiry, refused("NotImplemented", /dynamodb:UpdateTimeToLive/));
  await assert.rejects(stream, refused("NotImplemented", /StreamSpecification/));
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
