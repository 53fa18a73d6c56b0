/** What deploy.ts and teardown.ts print and how they end, once they have begun. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { CreateLogGroupCommand, DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PutItemCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { Around } from "local-aws";
import { AwsError, startAws } from "local-aws";
import { buildFunction } from "../../bundle/function.ts";
import { buildPage } from "../../bundle/page.ts";
import { connect } from "../../converge/aws.ts";
import { deploy as deployHere } from "../../ensure.ts";
import { createTable } from "../shared/foreign.ts";
import { type Ended, runScript, startScript } from "../shared/run-script.ts";

/** Calls that are denied, and one that is held until `release`. */
const denied = new Set<string>();
let held: { operation: string; reached: () => void; released: Promise<unknown> } | undefined;
const weather: Around = async ({ operation }, answer) => {
  if (denied.has(operation))
    throw new AwsError("AccessDeniedException", 400, `User is not authorized to perform: ${operation}`);
  if (operation === held?.operation) {
    held.reached();
    await held.released;
  }
  return answer();
};

const local = await startAws({ weather });
Object.assign(process.env, local.environment);
after(() => local.close());
const { region } = local;
const aws = connect(region);
const { sdk: clients } = aws;
const code = await buildFunction();
const build = { code: async () => code, page: buildPage };

/** Deploys in this process. */
const deploy = (name: string) => deployHere({ name, region, aws, build });

const run = (script: string, ...args: string[]) => runScript(script, args, local.environment);
const Item = { id: { S: "1" }, value: { S: "1" } };

test("a stack's life with --json is one object a run", async () => {
  const deployed = await run("deploy.ts", "--json", "--name", "life");
  const again = await run("deploy.ts", "--json", "--name", "life");
  const removed = await run("teardown.ts", "--json", "--name", "life");

  assert.deepEqual([deployed.code, again.code, removed.code], [0, 0, 0]);
  const result = JSON.parse(deployed.stdout);
  const members = ["account", "apiUrl", "ms", "name", "region", "resources", "siteUrl"];
  assert.deepEqual(Object.keys(result).sort(), members);
  const membersOfOne = ["changes", "ms", "name", "outcome", "start", "type"];
  assert.deepEqual(Object.keys(result.resources[0]).sort(), membersOfOne);
  const outcomes = (run: Ended) =>
    new Set(JSON.parse(run.stdout).resources.map((one: { outcome: string }) => one.outcome));
  assert.deepEqual(
    [outcomes(deployed), outcomes(again), outcomes(removed)],
    [new Set(["created"]), new Set(["unchanged"]), new Set(["removed"])],
  );
});

test("a deploy that meets what is not its own ends with 1 and names all of that", async () => {
  await createTable(clients, "foreign");
  await clients.logs.send(new CreateLogGroupCommand({ logGroupName: "/aws/lambda/foreign" }));

  const { code, stdout, stderr } = await run("deploy.ts", "--name", "foreign");

  assert.deepEqual([code, stdout], [1, ""]);
  for (const what of ["table foreign", "log group /aws/lambda/foreign"])
    assert.ok(stderr.includes(`Cannot use the ${what} because it is not this stack's`), stderr);
});

test("a teardown without --yes keeps a table with items and says how many there are", async () => {
  await deploy("items");
  await clients.dynamodb.send(new PutItemCommand({ TableName: "items", Item }));

  const refused = await run("teardown.ts", "--name", "items");
  const removed = await run("teardown.ts", "--name", "items", "--yes");

  assert.deepEqual([refused.code, removed.code], [1, 0]);
  assert.match(refused.stderr, /holds 1 item\.\n.*--yes/);
  assert.match(removed.stderr, /removed +table items/);
});

describe("failures are told once, after all that went well, and stdout stays clean:", () => {
  const times = (text: string, part: string) => text.split(part).length - 1;

  test("those of a deploy, and what was skipped for them", async () => {
    denied.add("CreateTable").add("CreateRole");
    const { code, stdout, stderr } = await run("deploy.ts", "--json", "--name", "half");
    denied.clear();

    assert.deepEqual([code, stdout], [1, ""]);
    for (const call of ["IAM's CreateRole", "DynamoDB's CreateTable"])
      assert.equal(
        times(stderr, `Cannot call ${call} because it is denied: User is not authorized`),
        1,
        stderr,
      );
    assert.equal(times(stderr, "Give whoever deploys the permissions"), 1, stderr);
    assert.match(stderr, /failed +table half\n/);
    assert.match(stderr, /skipped +function half, which waits for the role\n/);
    assert.match(
      stderr,
      /created +bucket half[\s\S]*\nCannot call IAM's.*\nCannot call DynamoDB's.*\nGive whoever.*\n$/,
    );
  });

  test("those of a teardown, and what is left because of them", async () => {
    await deploy("stuck");
    denied.add("DeleteFunction").add("DeleteTable");
    const { code, stdout, stderr } = await run("teardown.ts", "--name", "stuck");
    denied.clear();

    assert.deepEqual([code, stdout], [1, ""]);
    for (const call of ["Lambda's DeleteFunction", "DynamoDB's DeleteTable"])
      assert.equal(times(stderr, `Cannot call ${call} because it is denied`), 1, stderr);
    const left = "function stuck, role stuck-.*, table stuck, log group /aws/lambda/stuck";
    assert.match(stderr, new RegExp(`\nLeft: ${left}\\.\nGive whoever.*\n$`));
  });
});

describe("--dry-run", () => {
  test("names exactly the settings that the next deploy changes, from what to what", async () => {
    await deploy("drift");
    const unprotected = { TableName: "drift", DeletionProtectionEnabled: false };
    await clients.dynamodb.send(new UpdateTableCommand(unprotected));
    const configuration = { FunctionName: "drift", MemorySize: 128, Timeout: 3 };
    await clients.lambda.send(new UpdateFunctionConfigurationCommand(configuration));

    const { stdout } = await run("deploy.ts", "--name", "drift", "--dry-run");
    const { resources } = await deploy("drift");

    assert.equal(resources.flatMap(({ changes }) => changes).length, 3);
    assert.equal(stdout.match(/ -> /g)?.length, 3);
    assert.match(stdout, /would update table drift\n +~ deletion protection: false -> true\n/);
    assert.match(stdout, /would update function drift\n.*timeout.*3 -> 10\n.*memory.*128 -> 512\n/);
    assert.match(stdout, /Nothing was changed: 2 to change, \d+ unchanged\./);
  });

  test("--json says that it is one, and names no URL of what is not there", async () => {
    await deploy("planned");

    const absent = JSON.parse((await run("deploy.ts", "--name", "absent", "--dry-run", "--json")).stdout);
    const there = JSON.parse((await run("deploy.ts", "--name", "planned", "--dry-run", "--json")).stdout);
    const going = JSON.parse((await run("teardown.ts", "--name", "planned", "--dry-run", "--json")).stdout);

    assert.deepEqual([absent.dryRun, there.dryRun, going.dryRun], [true, true, true]);
    const outcomesOf = ({ resources }: { resources: { outcome: string }[] }) => [
      ...new Set(resources.map(({ outcome }) => outcome)),
    ];
    assert.deepEqual(outcomesOf(absent), ["would create"]);
    assert.deepEqual(outcomesOf(there), ["unchanged"]);
    assert.deepEqual(outcomesOf(going), ["would remove"]);
    assert.deepEqual([absent.siteUrl, absent.apiUrl], [undefined, undefined]);
    assert.match(`${there.siteUrl} ${there.apiUrl}`, /index\.html http.*\/items$/);
  });

  test("--exit-code tells whether something differs, and ends with a sum", async () => {
    await deploy("summed");
    const same = await run("deploy.ts", "--name", "summed", "--dry-run", "--exit-code");
    await clients.logs.send(new DeleteLogGroupCommand({ logGroupName: "/aws/lambda/summed" }));
    await clients.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: "summed", MemorySize: 128 }),
    );

    const other = await run("deploy.ts", "--name", "summed", "--dry-run", "--exit-code");
    const unasked = await run("deploy.ts", "--name", "summed", "--dry-run");
    const wrong = await run("deploy.ts", "--name", "summed", "--exit-code");

    assert.deepEqual([same.code, other.code, unasked.code, wrong.code], [0, 3, 0, 2]);
    assert.match(other.stdout, /\nNothing was changed: 1 to create, 1 to change, 9 unchanged\.\n$/);
  });

  test("and the deploy, --explain and all, print no value of an environment variable", async () => {
    await deploy("hidden");
    const Environment = { Variables: { TABLE_NAME: "hidden", BY_HAND: "nobody-may-see-this" } };
    const change = { FunctionName: "hidden", Environment };
    await clients.lambda.send(new UpdateFunctionConfigurationCommand(change));

    const planned = await run("deploy.ts", "--name", "hidden", "--dry-run");
    const json = await run("deploy.ts", "--name", "hidden", "--dry-run", "--json");
    const deployed = await run("deploy.ts", "--name", "hidden", "--explain", "--json");

    assert.match(planned.stdout, /- environment BY_HAND: "SHA-256 \w{12}…"\n/);
    assert.match(deployed.stderr, /--environment file:\/\/\.local/);
    for (const { stdout, stderr } of [planned, json, deployed]) {
      assert.doesNotMatch(stdout + stderr, /nobody-may-see-this/);
      assert.doesNotMatch(stdout + stderr, /"(ALLOWED_ORIGIN|TABLE_NAME)\W+(hidden|http)/);
    }
  });

  test("of a teardown says how many items would go", async () => {
    await deploy("count");
    await clients.dynamodb.send(new PutItemCommand({ TableName: "count", Item }));

    const { code, stdout } = await run("teardown.ts", "--name", "count", "--dry-run");

    assert.equal(code, 0);
    assert.match(stdout, /would remove table count\n[\s\S]*The table holds 1 item\./);
  });
});

test("Ctrl-C ends with 130 and says that the next run goes on", async () => {
  let release = () => {};
  const released = new Promise<void>(resolve => {
    release = resolve;
  });
  const reached = new Promise<void>(resolve => {
    held = { operation: "CreateFunction", reached: resolve, released };
  });
  const { child, ended } = startScript("deploy.ts", ["--name", "cut"], local.environment);
  await reached;

  child.kill("SIGINT");

  const { code, stderr } = await ended;
  held = undefined;
  release();
  assert.equal(code, 130);
  assert.match(stderr, /Interrupted\. What is done is kept: run the same command again/);
  const { resources } = await deploy("cut");
  assert.ok(resources.some(({ type, outcome }) => type === "page" && outcome === "created"));
});
