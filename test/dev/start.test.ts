import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DEFAULT_NAME } from "../../stack.ts";
import { HEADERS } from "../shared/caller.ts";
import { createTable } from "../shared/foreign.ts";
import { freePort } from "../shared/free-port.ts";
import { itemOf, queryOf } from "../shared/items.ts";
import { copyProject } from "../shared/project-copy.ts";
import { API, READY, SITE, type Start, start } from "./npm-start.ts";

/** A client set up by what `npm start` prints for the aws command. */
function clientOf({ said }: Start): DynamoDBClient {
  const setting = (name: string) => new RegExp(`export ${name}=(\\S+)`).exec(said())?.[1] ?? "";
  return new DynamoDBClient({
    endpoint: setting("AWS_ENDPOINT_URL"),
    region: setting("AWS_REGION"),
    credentials: {
      accessKeyId: setting("AWS_ACCESS_KEY_ID"),
      secretAccessKey: setting("AWS_SECRET_ACCESS_KEY"),
    },
    maxAttempts: 1,
  });
}

describe("npm start", () => {
  let project: string;
  let directory: string;
  const running: Start[] = [];

  before(async () => {
    project = await copyProject("project-");
    directory = join(project, "kept");
  });

  afterEach(async () => {
    for (const { child, ended } of running.splice(0)) {
      child.kill("SIGKILL");
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  });

  after(() => rm(project, { recursive: true, force: true }));

  const launch = (...args: string[]): Start => {
    const launched = start(project, "--directory", directory, ...args);
    running.push(launched);
    return launched;
  };

  async function ready(...args: string[]): Promise<Start & { api: string; site: string }> {
    const launched = launch(...args);
    await launched.hears(READY);
    return { ...launched, api: await launched.hears(API), site: await launched.hears(SITE) };
  }

  const ITEM = itemOf("secret-id", "kept");
  const store = (api: string) => fetch(`${api}?${queryOf(ITEM)}`, { method: "POST", headers: HEADERS });
  const read = (api: string) => fetch(`${api}?id=${ITEM.id}`, { headers: HEADERS });

  it("brings up the form and the API, and stores an item", async () => {
    const { site, api } = await ready("--port", "0");

    const page = await (await fetch(site)).text();
    const stored = await store(api);
    const found = await read(api);

    assert.ok(page.includes(new URL(api).origin));
    assert.equal(stored.status, 201);
    assert.deepEqual(await found.json(), ITEM);
  });

  it("tells each request in a line, without the ID and the value", async () => {
    const { api, hears, said } = await ready("--port", "0");

    await store(api);

    assert.match(await hears(/POST .*/), /^POST \S+ 201 \d+ ms$/);
    assert.doesNotMatch(said(), /secret-id|kept&|value=/);
  });

  it("prints what leads the aws command to it", async () => {
    const started = await ready("--port", "0");

    const { TableNames } = await clientOf(started).send(new ListTablesCommand({}));

    assert.deepEqual(TableNames, [DEFAULT_NAME]);
  });

  it("keeps the stack and its items between two starts, and ends with 0 on Ctrl-C", async () => {
    const port = String(await freePort());
    const first = await ready("--port", port);
    await store(first.api);
    const code = await first.end();

    const second = await ready("--port", port);
    const found = await read(second.api);

    assert.equal(code, 0);
    assert.match(second.said(), /everything unchanged/);
    assert.equal(second.api, first.api);
    assert.deepEqual(await found.json(), ITEM);
  });

  it("saves on Ctrl-C what changed a moment before", async () => {
    const first = await ready("--port", "0");
    await createTable({ dynamodb: clientOf(first) }, "notes");
    await first.end();

    const second = await ready("--port", "0");
    const { TableNames } = await clientOf(second).send(new ListTablesCommand({}));

    assert.ok(TableNames?.includes("notes"));
  });

  it("forgets everything with --fresh, and nothing else in the directory", async () => {
    const first = await ready("--port", "0");
    await store(first.api);
    await first.end();
    await writeFile(join(directory, "mine.txt"), "mine");

    const second = await ready("--port", "0", "--fresh");
    const found = await read(second.api);

    assert.equal(found.status, 404);
    assert.equal(await readFile(join(directory, "mine.txt"), "utf8"), "mine");
  });

  it("says what to do when the port is taken", async t => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, "127.0.0.1", resolve));
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;

    const second = launch("--port", String(port));

    assert.equal(await second.ended, 1);
    assert.match(second.said(), new RegExp(`^Cannot listen on 127.0.0.1:${port} because .*--port N`));
    assert.doesNotMatch(second.said(), /\n\s+at /);
  });

  it("refuses to run twice with one directory, even with --fresh", async () => {
    const first = await ready("--port", "0");
    await store(first.api);

    const second = launch("--port", "0");
    const third = launch("--port", "0", "--fresh");

    assert.deepEqual([await second.ended, await third.ended], [1, 1]);
    assert.match(second.said(), /another npm start is already running/);
    assert.match(third.said(), /another npm start is already running/);
    assert.equal((await read(first.api)).status, 200);
  });

  it("reports a broken state instead of forgetting it, and --fresh mends it", async () => {
    const first = await ready("--port", "0");
    await first.end();
    const path = join(directory, "aws.json");
    await writeFile(path, "{broken");

    const second = launch("--port", "0");

    assert.equal(await second.ended, 1);
    assert.match(second.said(), /aws\.json because it is not JSON.*npm start -- --fresh/s);
    assert.equal(await readFile(path, "utf8"), "{broken");
    await ready("--port", "0", "--fresh");
  });

  it("takes wrong options for wrong usage", async () => {
    const wrong = [
      ["--prot", "1"],
      ["--port", "x"],
      ["--port", "65536"],
      ["--name", "A"],
      ["--region", "x"],
    ];

    const launched = wrong.map(args => launch(...args));

    for (const [n, { ended, said }] of launched.entries()) {
      assert.equal(await ended, 2, wrong[n]?.join(" "));
      assert.match(said(), /Usage: npm start/);
    }
  });

  it("explains itself with --help", async () => {
    const { ended, said } = launch("--help");

    assert.equal(await ended, 0);
    assert.match(said(), /^Usage: npm start[\s\S]*--fresh/);
  });
});
