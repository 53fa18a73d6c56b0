/** What `npm start` keeps on disk: readable by its owner only, and never thrown away because it is broken. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { startAws } from "../src/server.ts";
import { clientOf, TABLE } from "./started.ts";

const ITEMS = 20;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kept-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Fills a table of 20 items of 4 kB: more than one block of LevelDB's log. */
async function fill(): Promise<void> {
  const aws = await startAws({ directory });
  const client = new DynamoDBClient(clientOf(aws));
  await client.send(new CreateTableCommand(TABLE));
  for (let id = 0; id < ITEMS; id++) {
    const Item = { id: { S: `${id}` }, value: { S: `${id} `.repeat(1_000) } };
    await client.send(new PutItemCommand({ TableName: TABLE.TableName, Item }));
  }
  await aws.close();
}

async function count(): Promise<number | undefined> {
  const aws = await startAws({ directory });
  const { Count } = await new DynamoDBClient(clientOf(aws)).send(
    new ScanCommand({ TableName: TABLE.TableName, Select: "COUNT" }),
  );
  await aws.close();
  return Count;
}

const modeOf = async (...path: string[]) => (await stat(join(directory, ...path))).mode & 0o777;

/** The log that holds the items which LevelDB has not put into a table file yet. */
async function logOf(): Promise<string> {
  const path = join(directory, "dynamodb");
  const name = (await readdir(path)).find(name => name.endsWith(".log"));
  return join(path, name!);
}

describe("what npm start keeps", () => {
  test("is nobody else's to read, even in a directory that is open to all", async () => {
    await chmod(directory, 0o755);

    await fill();

    assert.deepEqual([await modeOf("dynamodb"), await modeOf("aws.json")], [0o700, 0o600]);
  });

  test("is in a directory of its own user only, if npm start makes it", async () => {
    const outer = directory;
    directory = join(outer, "new");

    await fill();

    assert.equal(await modeOf(), 0o700);
    directory = outer;
  });

  test("is refused and left as it is when LevelDB's log is broken in the middle: LevelDB would drop items", async () => {
    await fill();
    const path = await logOf();
    const broken = await readFile(path);
    broken.fill(0x41, 40_000, 40_010);
    await writeFile(path, broken);

    await assert.rejects(count(), /Cannot open the tables' items in .*\.log is broken.*--fresh/s);

    assert.deepEqual(await readFile(path), broken);
  });

  test("is taken up when the end of LevelDB's log is missing, as a killed process leaves it", async () => {
    await fill();
    const path = await logOf();
    await writeFile(path, (await readFile(path)).subarray(0, -1_000));

    assert.equal(await count(), ITEMS - 1);
  });

  test("is taken up whole when nothing is broken", async () => {
    await fill();

    assert.equal(await count(), ITEMS);
  });

  test("is refused and left as it is when aws.json is empty, or a directory", async () => {
    const path = join(directory, "aws.json");
    await writeFile(path, "");
    await assert.rejects(startAws({ directory }), /aws\.json because it is not JSON.*--fresh/s);
    assert.equal(await readFile(path, "utf8"), "");
    await rm(path);
    await mkdir(path);

    await assert.rejects(startAws({ directory }), /Cannot read .*aws\.json because EISDIR.*--fresh/s);

    assert.ok((await stat(path)).isDirectory());
  });
});
