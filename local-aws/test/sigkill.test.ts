/**
 * What the local AWS has answered is not lost when it is killed. It is tried at random moments of a load, more of them
 * with `KILLS=100 node --import tsx --test local-aws/test/sigkill.test.ts`.
 */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import * as db from "@aws-sdk/client-dynamodb";
import { TABLE } from "./started.ts";

const KILLS = Number(process.env.KILLS ?? 4);
const LONGEST_LOAD_MS = 1_500;

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "killed-"));
});
after(() => rm(directory, { recursive: true, force: true }));

interface Running {
  process: ChildProcess;
  logs: CloudWatchLogsClient;
  dynamodb: db.DynamoDBClient;
}

async function start(): Promise<Running> {
  const program = fileURLToPath(new URL("kept-aws.ts", import.meta.url));
  const process = fork(program, [directory], { execArgv: ["--import", "tsx"], stdio: "inherit" });
  const [{ endpoint, environment }] = await once(process, "message");
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
  };
  const settings = { endpoint, region: environment.AWS_REGION, credentials, maxAttempts: 1 };
  return { process, logs: new CloudWatchLogsClient(settings), dynamodb: new db.DynamoDBClient(settings) };
}

async function kill({ process }: Running): Promise<void> {
  const exit = once(process, "exit");
  process.kill("SIGKILL");
  await exit;
}

/** What was acknowledged: log groups that exist, those that are gone, and items. */
const known = { groups: new Set<string>(), gone: new Set<string>(), items: new Set<string>() };

/** Creates and removes as fast as it can, and notes what was answered, until the other side dies. */
async function load({ logs: client }: Running, from: number): Promise<void> {
  for (let n = from; ; n++) {
    const logGroupName = `group-${n}`;
    await client.send(new logs.CreateLogGroupCommand({ logGroupName }));
    known.groups.add(logGroupName);
    if (n % 3 !== 0) continue;
    known.groups.delete(logGroupName); // unanswered, it may be there or not
    await client.send(new logs.DeleteLogGroupCommand({ logGroupName }));
    known.gone.add(logGroupName);
  }
}

async function store({ dynamodb }: Running, from: number): Promise<void> {
  for (let n = from; ; n++) {
    await dynamodb.send(new db.PutItemCommand({ TableName: TABLE.TableName, Item: { id: { S: `${n}` } } }));
    known.items.add(`${n}`);
  }
}

async function groupsIn({ logs: client }: Running): Promise<Set<string | undefined>> {
  const found = new Set<string | undefined>();
  for await (const page of logs.paginateDescribeLogGroups({ client }, {}))
    for (const { logGroupName } of page.logGroups ?? []) found.add(logGroupName);
  return found;
}

async function itemsIn({ dynamodb: client }: Running): Promise<Set<string | undefined>> {
  const found = new Set<string | undefined>();
  for await (const page of db.paginateScan({ client }, { TableName: TABLE.TableName }))
    for (const { id } of page.Items ?? []) found.add(id?.S);
  return found;
}

test(`nothing that was answered is lost by ${KILLS} kills at random moments`, async () => {
  let running = await start();
  await running.dynamodb.send(new db.CreateTableCommand(TABLE));
  for (let round = 1; round <= KILLS; round++) {
    const loads = [load(running, round * 10_000), store(running, round * 10_000)];
    const ended = Promise.allSettled(loads);
    await wait(Math.random() * LONGEST_LOAD_MS);
    await kill(running);
    await ended;

    running = await start();
    const [groups, items] = [await groupsIn(running), await itemsIn(running)];

    assert.deepEqual(
      [...known.groups].filter(name => !groups.has(name)),
      [],
    );
    assert.deepEqual(
      [...known.gone].filter(name => groups.has(name)),
      [],
    );
    assert.deepEqual(
      [...known.items].filter(id => !items.has(id)),
      [],
    );
  }
  await kill(running);
  assert.ok(known.groups.size > KILLS && known.items.size > KILLS, "there was a load");
});
