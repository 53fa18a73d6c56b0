import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { unzipSync } from "fflate";
import { buildFunction } from "../../bundle/function.ts";
import { ENVIRONMENT } from "../shared/caller.ts";
import { itemOf } from "../shared/items.ts";
import { event, sent } from "./fake-gateway.ts";
import { cutsOff, FakeTable, fails, hangs } from "./fake-table.ts";

const BUDGET_BYTES = 60_000;
const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

const table = new FakeTable();
await table.start();
const { zip, sha256 } = await buildFunction();
const files = unzipSync(zip);
const directory = await mkdtemp(join(tmpdir(), "dynamosync-zip-"));
await writeFile(join(directory, "index.mjs"), files["index.mjs"]!);

beforeEach(() => table.reset());
after(async () => {
  table.stop();
  await rm(directory, { recursive: true });
});

/** Runs the function of the zip in a thread of its own: each event in turn, with so much time left. */
async function run(events: APIGatewayProxyEvent[], millisecondsLeft = 10_000) {
  const program = `
    const { parentPort, workerData } = require("node:worker_threads");
    const context = { awsRequestId: "1", getRemainingTimeInMillis: () => workerData.millisecondsLeft };
    import(workerData.url).then(async ({ handler }) => {
      for (const event of workerData.events) parentPort.postMessage(await handler(event, context));
    });`;
  const url = pathToFileURL(join(directory, "index.mjs")).href;
  const workerData = { url, events: events.map(sent), millisecondsLeft };
  const worker = new Worker(program, {
    eval: true,
    env: { ...table.environment, ...ENVIRONMENT },
    workerData,
    stdout: true,
  });
  const answers: APIGatewayProxyResult[] = [];
  worker.on("message", answer => answers.push(answer));
  await new Promise((resolve, reject) => worker.once("exit", resolve).once("error", reject));
  return answers.map(({ statusCode, body }) => ({ status: statusCode, body: JSON.parse(body) }));
}

test("the zip holds one file and keeps within its budget", () => {
  assert.deepEqual(Object.keys(files), ["index.mjs"]);
  assert.ok(zip.length <= BUDGET_BYTES, `${zip.length} bytes`);
});

test("the hash is Lambda's CodeSha256 of the zip", () => {
  assert.equal(sha256, createHash("sha256").update(zip).digest("base64"));
});

test("the zip is the same, byte for byte, from another directory and in another time zone", async () => {
  const source = pathToFileURL(join(PROJECT, "bundle/function.ts")).href;
  const program = `import(${JSON.stringify(source)}).then(async m => console.log((await m.buildFunction()).sha256))`;
  const flags = ["--import", import.meta.resolve("tsx"), "-e", program];
  for (const TZ of ["America/Los_Angeles", "Pacific/Kiritimati"]) {
    const place = { cwd: directory, env: { ...process.env, TZ } };
    const { stdout } = await promisify(execFile)(process.execPath, flags, place);
    assert.equal(stdout.trim(), sha256);
  }
});

test("the code names no directory of the machine that built it", () => {
  const code = Buffer.from(files["index.mjs"]!).toString();
  assert.ok(!code.includes(PROJECT));
  assert.doesNotMatch(code, /node_modules/);
});

test("the zipped function stores, repeats, refuses, replaces and reads as its source does", async () => {
  const item = itemOf("zip 😀", "one");
  const other = itemOf(item.id, "two");
  const answers = await run([
    event("POST", item),
    event("POST", item),
    event("POST", other),
    event("PUT", other),
    event("GET", { id: item.id }),
    event("GET", { id: "unknown" }),
    event("POST"),
  ]);
  assert.deepEqual(
    answers.map(answer => answer.status),
    [201, 200, 409, 200, 200, 404, 400],
  );
  assert.deepEqual(answers[4]!.body, other);
});

test("the zipped function knows a table that throttles, hangs, breaks off, or denies access", async () => {
  const moods = [
    [fails(400, "ThrottlingException"), 503],
    [fails(400, "TransactionConflictException"), 503],
    [fails(500, "InternalServerError"), 503],
    [hangs, 503],
    [cutsOff, 503],
    [fails(400, "AccessDeniedException"), 500],
  ] as const;
  for (const [mood, status] of moods) {
    table.misbehave = mood;
    const [answer] = await run([event("POST", itemOf("a", "b"))], 3_000);
    assert.equal(answer?.status, status);
  }
});

test("the zipped function repeats an attempt that failed", async () => {
  table.misbehave = (request, response) => {
    table.misbehave = undefined;
    cutsOff(request, response);
  };
  const [answer] = await run([event("POST", itemOf("repeated", "one"))]);
  assert.equal(answer?.status, 201);
  assert.deepEqual(table.requests, ["PutItem", "PutItem"]);
});
