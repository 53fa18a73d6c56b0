/**
 * How deploy.ts and teardown.ts take their options, and what they say when they cannot begin. What both do with
 * the same code (command/) is tried with one of them: each process takes a second to start.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { startAws } from "local-aws";
import { firstRemedy } from "../../command/which-cloud.ts";
import { DEFAULT_NAME } from "../../stack.ts";
import { runScript } from "../shared/run-script.ts";

const local = await startAws();
after(() => local.close());

const run = (script: string, args: string[], environment: Record<string, string> = local.environment) =>
  runScript(script, args, environment);

const NO_STACK_TRACE = /^(?![\s\S]*\n +at )/;

for (const script of ["deploy.ts", "teardown.ts"])
  test(`${script} --help shows how to use it and ends with 0`, async () => {
    const { code, stdout } = await run(script, ["--help"]);

    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Usage: npx tsx ${script} `));
    for (const option of ["--name", "--region", "--dry-run", "--explain", "--json"])
      assert.match(stdout, new RegExp(option));
  });

for (const [script, ...args] of [
  ["deploy.ts", "--help"],
  ["teardown.ts", "--help"],
  ["dev/start.ts", "--help"],
  ["dev/lab/lab.ts"],
] as const)
  test(`what ${script} says of its use fits into 80 columns`, async () => {
    const { stdout, stderr } = await run(script, args);

    assert.match(stdout + stderr, /^Usage: np/);
    assert.deepEqual(
      `${stdout}${stderr}`.split("\n").filter(line => line.length > 80),
      [],
    );
  });

const WRONG: [what: string, script: string, ...args: string[]][] = [
  ["an unknown option", "deploy.ts", "--nmae", "x"],
  ["an option of the other script", "deploy.ts", "--keep-data"],
  ["a name that AWS would not take everywhere", "teardown.ts", "--name", "Not_Allowed"],
  ["an option without its value", "teardown.ts", "--name"],
  ["a word too many", "deploy.ts", "now"],
];

for (const [what, script, ...args] of WRONG)
  test(`${what} is wrong usage and ends with 2`, async () => {
    const { code, stdout, stderr } = await run(script, args);

    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /Try --help/);
    assert.match(stderr, NO_STACK_TRACE);
  });

describe("what to do is said when", () => {
  /** But for what comes first where npm start has run in this folder. */
  const withoutFirst = (said: string) => said.replace(firstRemedy(), "");

  test("there is no region", async () => {
    const { code, stderr } = await run("deploy.ts", [], { ...local.environment, AWS_REGION: "" });

    assert.equal(code, 1);
    assert.match(withoutFirst(stderr), /none is configured.*\n.*--region/);
  });

  test("there are no credentials", async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...without } = local.environment;

    const { code, stderr } = await run("teardown.ts", [], without);

    assert.equal(code, 1);
    assert.match(
      withoutFirst(stderr),
      /Cannot call STS's GetCallerIdentity because there are no credentials \(.*\)\.\n.*aws login.*AWS_PROFILE/,
    );
    assert.match(stderr, NO_STACK_TRACE);
  });

  test("the profile has no credentials", async () => {
    const { code, stderr } = await run("deploy.ts", [], { ...local.environment, AWS_PROFILE: "nobody" });

    assert.equal(code, 1);
    assert.match(stderr, /there are no credentials for the profile nobody /);
  });

  test("the credentials are not accepted", async () => {
    const unknown = { ...local.environment, AWS_ACCESS_KEY_ID: "AKIAWRONG" };

    const { code, stderr } = await run("teardown.ts", [], unknown);

    assert.equal(code, 1);
    assert.match(stderr, /AWS does not accept the credentials/);
  });

  test("nobody listens at the endpoint, at once", async () => {
    const deaf = { ...local.environment, AWS_ENDPOINT_URL: "http://127.0.0.1:1" };

    const { code, stdout, stderr } = await run("deploy.ts", ["--json"], deaf);

    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /AWS cannot be reached \(.*ECONNREFUSED.*\)\.\n.*AWS_ENDPOINT_URL/);
  });
});

test("the account, the region, the profile and the stack are named on stderr before anything else", async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...without } = local.environment;
  const folder = await mkdtemp(join(tmpdir(), "profile-"));
  const AWS_SHARED_CREDENTIALS_FILE = join(folder, "credentials");
  const keys = `aws_access_key_id=${AWS_ACCESS_KEY_ID}\naws_secret_access_key=${AWS_SECRET_ACCESS_KEY}\n`;
  await writeFile(AWS_SHARED_CREDENTIALS_FILE, `[class]\n${keys}`);
  const profile = { AWS_PROFILE: "class", AWS_SHARED_CREDENTIALS_FILE };

  const { stderr } = await run("deploy.ts", ["--dry-run"], { ...without, ...profile });

  await rm(folder, { recursive: true });
  const place = `account ${local.account}, region ${local.region}, profile class`;
  const beginning = new RegExp(`^Looking at ${DEFAULT_NAME}: ${place}\nas arn:.*\nat ${local.endpoint}\n\n`);
  assert.match(stderr, beginning);
});
