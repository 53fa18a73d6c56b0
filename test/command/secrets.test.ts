/** What is written for people and for logs holds no secret, no ID and no value. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DeleteTableCommand, DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import type { Around } from "local-aws";
import { AwsError, startAws } from "local-aws";
import { ENVIRONMENT, HEADERS } from "../shared/caller.ts";
import { itemOf } from "../shared/items.ts";
import { TYPESCRIPT } from "../shared/run-script.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TOKEN = "a-session-token-of-somebody";
const ITEM = itemOf("an-id-nobody-may-log", "a-value-nobody-may-log");
const QUERY = new URLSearchParams({ ...ITEM });

let denied = "";
const weather: Around = (call, run) => {
  if (call.operation !== denied) return run();
  throw new AwsError("AccessDeniedException", 400, "You may not do this.");
};
const aws = await startAws({ weather });
after(() => aws.close());

/** A process as a person would start it, and all that it has written. */
function start(args: string[], environment: Record<string, string> = {}) {
  const { PATH, HOME } = process.env;
  const child: ChildProcess = spawn(process.execPath, [...TYPESCRIPT, ...args], {
    cwd: ROOT,
    env: { PATH, HOME, ...ENVIRONMENT, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", text => {
      said += text;
    });
  const ended = new Promise<void>(resolve => child.on("close", () => resolve()));
  return { child, ended, said: () => said };
}

async function run(script: string, args: string[], more: Record<string, string> = {}): Promise<string> {
  const { ended, said } = start([script, "--name", "secrets", ...args], {
    ...aws.environment,
    ...more,
  });
  await ended;
  return said();
}

/** All keys that a local AWS has made: the account's and its roles'. */
function secretsIn(world: { toJSON(): object } | object): string[] {
  const { keys } = JSON.parse(JSON.stringify(world));
  return [keys.account, ...keys.roles].flatMap(({ id, secret, token }) => [id, secret, token ?? secret]);
}

function assertHolds(text: string, pattern: RegExp, secrets: string[]): void {
  assert.match(text, pattern);
  for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is in:\n${text}`);
}

describe("no key and no token is written", () => {
  const secrets = () => [...secretsIn(aws.contents()), TOKEN, "aws4_request"];

  test("by a deploy that fails, even with its stack trace, nor by one that succeeds", async () => {
    denied = "CreateTable";
    const failed = await run("deploy.ts", []);
    const traced = await run("deploy.ts", [], { DEBUG: "1" });
    denied = "";
    const refused = await run("deploy.ts", [], { AWS_SESSION_TOKEN: TOKEN, DEBUG: "1" });
    const deployed = await run("deploy.ts", ["--json"]);

    assertHolds(refused, /does not accept the credentials.*\n +at /s, secrets());
    assertHolds(failed, /CreateTable/, secrets());
    assertHolds(traced, /CreateTable.*\n +at /s, secrets());
    assertHolds(deployed, /"apiUrl"/, secrets());
  });

  test("by a teardown that fails, nor by one that succeeds", async () => {
    await run("deploy.ts", []);
    denied = "DeleteRole";
    const failed = await run("teardown.ts", ["--json"], { DEBUG: "1" });
    denied = "";
    const removed = await run("teardown.ts", ["--yes"]);

    assertHolds(failed, /DeleteRole/, secrets());
    assertHolds(removed, /removed/, secrets());
  });
});

test("the function logs no key, no ID and no value, not even when its table is gone", async () => {
  const { apiUrl } = JSON.parse(/^\{.*$/m.exec(await run("deploy.ts", ["--json"]))![0]);
  const lines: string[] = [];
  aws.on("log", ({ line }) => lines.push(line));
  const request = async (method: string, query: string) =>
    (await fetch(`${apiUrl}?${query}`, { method, headers: HEADERS })).status;
  const { endpoint, region } = aws;
  const dynamodb = new DynamoDBClient({ endpoint, region, credentials: aws, maxAttempts: 1 });

  const statuses = [
    await request("POST", `${QUERY}`),
    await request("POST", `${QUERY}-another`),
    await request("PUT", `${QUERY}`),
    await request("GET", `${QUERY}`),
    await request("POST", `${QUERY}%00`),
  ];
  await dynamodb.send(new UpdateTableCommand({ TableName: "secrets", DeletionProtectionEnabled: false }));
  await dynamodb.send(new DeleteTableCommand({ TableName: "secrets" }));
  statuses.push(await request("POST", `${QUERY}`));

  assert.deepEqual(statuses, [201, 409, 200, 200, 400, 500]);
  assert.equal(lines.length, statuses.length);
  assertHolds(lines.join("\n"), /"outcome":"stored"/, [...secretsIn(aws.contents()), ...Object.values(ITEM)]);
});

test("npm start writes the account's key in the lines to export and nowhere else; no other key, no ID, no value", async t => {
  const directory = await mkdtemp(join(tmpdir(), "secrets-"));
  const { child, ended, said } = start(["dev/start.ts", "--port", "0", "--logs", "--directory", directory]);
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(directory, { recursive: true });
  });
  for (let n = 0; n < 600 && !/Ctrl-C ends/.test(said()); n++) await wait(50);
  const apiUrl = /The API: (\S+)/.exec(said())?.[1];

  for (const method of ["POST", "PUT", "GET", "DELETE"])
    await fetch(`${apiUrl}?${QUERY}`, { method, headers: HEADERS });
  await fetch(`${apiUrl}?${QUERY}%00`, { method: "POST", headers: HEADERS });
  child.kill("SIGINT");
  await ended;

  const { data } = JSON.parse(await readFile(join(directory, "aws.json"), "utf8"));
  const [exported = "", rest = ""] = ["", "not "].map(not =>
    said()
      .split("\n")
      .filter(line => /^ +export AWS_/.test(line) === (not === ""))
      .join("\n"),
  );
  assert.ok(exported.includes(data.keys.account.secret));
  assertHolds(rest, /POST \S+ 201/, [...secretsIn(data), ...Object.values(ITEM)]);
});
