import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { deploy } from "../../../ensure.ts";
import { teardown } from "../../../remove.ts";
import { outcomes, useAws } from "../fixture.ts";

const { aws, clients, region, calls, writes, newName, stackOf, listed } = await useAws();
const item = { id: { S: "café" }, value: { S: "💾" } };
const yes = async () => true;

describe("a teardown", () => {
  test("leaves nothing", async () => {
    const name = newName();
    await deploy({ name, region, aws });
    assert.equal((await listed(name)).length, 6);

    const { resources } = await teardown({ name, region, aws });

    assert.ok(resources.every(({ outcome }) => outcome === "removed"));
    assert.deepEqual(await listed(name), []);
  });

  test("removes also what was put into the bucket later", async () => {
    const name = newName();
    const { bucket } = await stackOf(name);
    await deploy({ name, region, aws });
    await clients.s3.send(
      new PutObjectCommand({ Bucket: bucket.name, Key: "more/photo & more.txt", Body: "." }),
    );

    await teardown({ name, region, aws });

    assert.deepEqual(await listed(name), []);
  });

  test("that is repeated finds everything absent and writes nothing", async () => {
    const name = newName();
    await deploy({ name, region, aws });
    await teardown({ name, region, aws });
    calls.length = 0;

    const { resources } = await teardown({ name, region, aws });

    assert.ok(resources.every(({ outcome }) => outcome === "absent"));
    assert.deepEqual(writes(), []);
  });

  test("of a table with items removes nothing and says how many there are", async () => {
    const name = newName();
    await deploy({ name, region, aws });
    for (const id of ["1", "2", "3"]) {
      await clients.dynamodb.send(new PutItemCommand({ TableName: name, Item: { ...item, id: { S: id } } }));
    }
    calls.length = 0;

    const refused = teardown({ name, region, aws });

    await assert.rejects(refused, {
      name: "Refusal",
      message: /holds 3 items/,
      remedy: /--yes.*--keep-data/,
    });
    assert.deepEqual(writes(), []);
    assert.equal((await listed(name)).length, 6);
  });

  test("of a table with items removes it when told so", async () => {
    const name = newName();
    await deploy({ name, region, aws });
    await clients.dynamodb.send(new PutItemCommand({ TableName: name, Item: item }));

    await teardown({ name, region, aws, confirm: yes });

    assert.deepEqual(await listed(name), []);
  });

  test("that keeps the data keeps the table alone, and the next deploy takes it up again", async () => {
    const name = newName();
    await deploy({ name, region, aws });
    await clients.dynamodb.send(new PutItemCommand({ TableName: name, Item: item }));

    const { resources } = await teardown({ name, region, aws, keepData: true });

    assert.equal(outcomes(resources).table, "kept");
    assert.deepEqual(await listed(name), [name]);
    const again = await deploy({ name, region, aws });
    assert.equal(outcomes(again.resources).table, "unchanged");
    const { Item } = await clients.dynamodb.send(
      new GetItemCommand({ TableName: name, Key: { id: item.id } }),
    );
    assert.deepEqual(Item, item);
  });

  test("as a dry run says what would be removed and removes nothing", async () => {
    const name = newName();
    await deploy({ name, region, aws });
    calls.length = 0;

    const { resources } = await teardown({ name, region, aws, dryRun: true });

    assert.ok(resources.every(({ outcome }) => outcome === "removed"));
    assert.deepEqual(writes(), []);
  });
});
