import assert from "node:assert/strict";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { type Aws, startAws } from "../src/server.ts";
import { clientOf, listening, started, storeOne, temporary, textAnswer } from "./started.ts";

describe("the kept state", () => {
  const scan = async (aws: Aws) =>
    (await new DynamoDBClient(clientOf(aws)).send(new ScanCommand({ TableName: "kept" }))).Items;

  it("outlives a restart: account, key, tables and items", async t => {
    const directory = await temporary(t);
    const first = await startAws({ port: 0, directory, account: "123456789012" });
    await storeOne(first);
    await first.close();

    const second = await started(t, { directory });

    assert.equal(second.account, "123456789012");
    assert.equal(second.accessKeyId, first.accessKeyId);
    assert.deepEqual(await scan(second), [{ id: { S: "a" } }]);
  });

  it("is saved soon after a change, and only its owner may read it", async t => {
    const directory = await temporary(t);
    const path = join(directory, "aws.json");
    const aws = await started(t, { directory });

    await storeOne(aws);

    const deadline = Date.now() + 5_000;
    let text = "";
    while (!text.includes('"kept"') && Date.now() < deadline) {
      await new Promise(resolve => setTimeout(resolve, 50));
      text = await readFile(path, "utf8").catch(() => "");
    }
    assert.match(text, /"TableName":"kept"/);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it("is in use by one at a time", async t => {
    const directory = await temporary(t);
    await started(t, { directory });

    const second = startAws({ port: 0, directory });

    await assert.rejects(second, /another npm start is already running/);
  });

  it("is free again when the port could not be had", async t => {
    const directory = await temporary(t);
    const { port } = await listening(t, textAnswer("other"));
    await assert.rejects(startAws({ port, directory }), /the port is taken/);

    const again = startAws({ port: 0, directory });

    await (await again).close();
  });

  for (const [what, text, complaint] of [
    ["that is cut off", '{"version":1,"acc', /aws\.json because it is not JSON.*--fresh/s],
    ["of another version", '{"version":7}', /its version is 7, not 1.*--fresh/s],
    ["that is not an object", "null", /its version is undefined.*--fresh/s],
    ["without data", '{"version":1,"account":"1"}', /its data is missing.*--fresh/s],
  ] as const)
    it(`is reported and left alone when its file is one ${what}`, async t => {
      const directory = await temporary(t);
      const path = join(directory, "aws.json");
      await writeFile(path, text);

      const start = startAws({ port: 0, directory });

      await assert.rejects(start, complaint);
      assert.equal(await readFile(path, "utf8"), text);
      await rm(path);
      await started(t, { directory });
    });

  it("is reported when the items cannot be opened", async t => {
    const directory = await temporary(t);
    await mkdir(join(directory, "dynamodb"));
    await writeFile(join(directory, "dynamodb", "CURRENT"), "nonsense");

    const start = startAws({ port: 0, directory });

    await assert.rejects(start, /Cannot open the tables' items in .*dynamodb because .*--fresh/s);
  });

  it("is not taken for another account's", async t => {
    const directory = await temporary(t);
    const first = await startAws({ port: 0, directory, account: "111111111111" });
    await storeOne(first);
    await first.close();

    const second = startAws({ port: 0, directory, account: "222222222222" });

    await assert.rejects(second, /of the account 111111111111, not 222222222222/);
  });
});
