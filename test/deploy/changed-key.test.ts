/** Whoever changes the table's key is told both ways out, in commands that work. */
import assert from "node:assert/strict";
import { exec, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { PutItemCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { startAws } from "local-aws";
import { connect } from "../../converge/aws.ts";
import { inWords } from "../../converge/errors.ts";
import { deploy } from "../../ensure.ts";
import { teardown } from "../../remove.ts";
import { createTable } from "../shared/foreign.ts";

const aws = await startAws();
Object.assign(process.env, aws.environment);
after(() => aws.close());
const { region } = aws;
const { dynamodb } = connect(region).sdk;
const NAME = "rekeyed";
const skip = spawnSync("aws", ["--version"]).error && "there is no aws command here";

const refused = (work: Promise<object>) => work.then(() => assert.fail("it was not refused"), inWords);

async function createOtherKey(): Promise<void> {
  await createTable({ dynamodb }, NAME, "isbn", [{ Key: "dynamosync:stack", Value: NAME }]);
  await dynamodb.send(new UpdateTableCommand({ TableName: NAME, DeletionProtectionEnabled: true }));
  await dynamodb.send(new PutItemCommand({ TableName: NAME, Item: { isbn: { S: "kept" } } }));
}

describe("a table with another key than is wanted", () => {
  test("is left alone by deploy and teardown, which say both ways out", async () => {
    await createOtherKey();

    const deployed = await refused(deploy({ name: NAME, region }));
    const removed = await refused(teardown({ name: NAME, region, confirm: async () => true }));

    assert.deepEqual(deployed, removed);
    assert.match(deployed.message, /its key is isbn \(HASH\) instead of id \(HASH\)/);
    assert.match(deployed.remedy, /put the key in stack\.ts back, or choose another --name/);
    assert.match(deployed.remedy, /npm start -- --fresh/);
  });

  test("is given up by the commands that are printed, protection and all", { skip }, async t => {
    const cwd = await mkdtemp(join(tmpdir(), "keys-"));
    t.after(() => rm(cwd, { recursive: true }));
    const { remedy } = await refused(deploy({ name: NAME, region }));
    const commands = remedy.split("\n").filter(line => line.startsWith("  aws "));

    for (const command of commands) await promisify(exec)(command, { cwd });

    assert.match(await readFile(join(cwd, "items.json"), "utf8"), /"kept"/);
    const { resources } = await deploy({ name: NAME, region });
    assert.equal(resources.find(({ type }) => type === "table")?.outcome, "created");
  });
});
