/** `teardown.ts --list`: every stack that there is, by what AWS answers, and none that is not ours. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { isRead, startAws } from "local-aws";
import { buildFunction } from "../../bundle/function.ts";
import { buildPage } from "../../bundle/page.ts";
import { connect } from "../../converge/aws.ts";
import { deploy as deployHere } from "../../ensure.ts";
import { teardown } from "../../remove.ts";
import { createTable } from "../shared/foreign.ts";
import { runScript } from "../shared/run-script.ts";

const local = await startAws({ region: "eu-west-1" });
Object.assign(process.env, local.environment);
after(() => local.close());
const code = await buildFunction();
const build = { code: async () => code, page: buildPage };

const deploy = (name: string, region = local.region) =>
  deployHere({ name, region, aws: connect(region), build });
const list = (...args: string[]) => runScript("teardown.ts", ["--list", ...args], local.environment);
const namesIn = (text: string) => JSON.parse(text).stacks.map(({ name }: { name: string }) => name);

test("where there is none, it says so", async () => {
  const { code, stdout } = await list();

  assert.deepEqual([code, stdout], [0, `There is no stack in eu-west-1 of account ${local.account}.\n`]);
});

test("stacks are named with their age and all that they hold, and nothing is written", async () => {
  await deploy("pr-12");
  await deploy("pr-7");
  await deploy("pr-9", "us-east-1");
  const { sdk } = connect(local.region);
  await createTable(sdk, "somebody-elses");
  await sdk.logs.send(
    new CreateLogGroupCommand({ logGroupName: "/aws/lambda/orphan", tags: { "dynamosync:stack": "orphan" } }),
  );
  local.calls.length = 0;

  const { code, stdout, stderr } = await list();
  const writes = local.calls.filter(({ operation }) => !isRead(operation));
  const identified = local.calls.filter(({ operation }) => operation === "GetCallerIdentity");
  const elsewhere = await list("--region", "us-east-1", "--json");

  assert.equal(code, 0, stderr);
  const all = (name: string) => [
    `${name}  0 hours old`,
    `  REST API ${name}`,
    `  function ${name}`,
    `  table ${name}`,
    `  bucket ${name}-${local.account}-eu-west-1`,
    `  role ${name}-eu-west-1`,
    `  log group /aws/lambda/${name}`,
  ];
  const where = `Account ${local.account}, region eu-west-1:`;
  const orphan = ["orphan  0 hours old", "  log group /aws/lambda/orphan"];
  assert.deepEqual(stdout.trimEnd().split("\n"), [where, ...orphan, ...all("pr-12"), ...all("pr-7")]);
  assert.deepEqual(writes, []);
  assert.equal(identified.length, 1);
  assert.deepEqual(namesIn(elsewhere.stdout), ["pr-9"]);
  assert.ok(Date.now() - Date.parse(JSON.parse(elsewhere.stdout).stacks[0].since) < 600_000);
});

test("what is torn down is not there any more", async () => {
  for (const name of ["pr-12", "pr-7", "orphan"]) await teardown({ name, region: local.region });

  const { stdout } = await list("--json");

  assert.deepEqual(namesIn(stdout), []);
});
