import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, describe, test } from "node:test";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { startLocalAws } from "../local/server.ts";

const local = await startLocalAws();
after(() => local.close());

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a script as a person would, in an environment of its own. */
function run(
  script: string,
  args: string[],
  environment: Record<string, string> = local.environment,
): Promise<Ended> {
  const { PATH, HOME = "/" } = process.env;
  const env = {
    PATH,
    HOME,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nowhere",
    AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
    ...environment,
  };
  const root = new URL("..", import.meta.url);
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ["--import", "tsx", script, ...args],
      { cwd: root, env },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

for (const script of ["deploy.ts", "teardown.ts"]) {
  describe(script, () => {
    test("--help shows how to use it and ends with 0", async () => {
      const { code, stdout } = await run(script, ["--help"]);

      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: npx tsx ${script} `));
      for (const option of ["--name", "--region", "--dry-run", "--json"])
        assert.match(stdout, new RegExp(option));
    });

    test("refuses an unknown option, a bad name and a word too many with 2", async () => {
      for (const args of [["--nmae", "x"], ["--name", "Not_Allowed"], ["--name"], ["now"]]) {
        const { code, stdout, stderr } = await run(script, args);

        assert.deepEqual([code, stdout], [2, ""], args.join(" "));
        assert.match(stderr, /Try --help/);
        assert.doesNotMatch(stderr, /\n +at /);
      }
    });

    test("says what to do when there is no region", async () => {
      const { code, stderr } = await run(script, [], { ...local.environment, AWS_REGION: "" });

      assert.equal(code, 1);
      assert.match(stderr, /none is configured.*\n.*--region/);
    });

    test("says what to do when there are no credentials", async () => {
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...without } = local.environment;

      const { code, stderr } = await run(script, [], without);

      assert.equal(code, 1);
      assert.match(stderr, /Cannot STS GetCallerIdentity because there are no credentials\.\n.*AWS_PROFILE/);
      assert.doesNotMatch(stderr, /\n +at /);
    });

    test("says that the credentials are not accepted", async () => {
      const { code, stderr } = await run(script, [], {
        ...local.environment,
        AWS_ACCESS_KEY_ID: "AKIAWRONG",
      });

      assert.equal(code, 1);
      assert.match(stderr, /AWS does not accept the credentials/);
    });
  });
}

describe("deploy.ts and teardown.ts", () => {
  test("go through a stack's life with --json, one object a run", async () => {
    const deployed = await run("deploy.ts", ["--json", "--name", "life"]);
    const again = await run("deploy.ts", ["--json", "--name", "life"]);
    const removed = await run("teardown.ts", ["--json", "--name", "life"]);

    assert.deepEqual([deployed.code, again.code, removed.code], [0, 0, 0]);
    const result = JSON.parse(deployed.stdout);
    assert.deepEqual(Object.keys(result).sort(), [
      "account",
      "apiUrl",
      "ms",
      "name",
      "region",
      "resources",
      "siteUrl",
    ]);
    assert.deepEqual(Object.keys(result.resources[0]).sort(), ["changes", "ms", "name", "outcome", "type"]);
    const outcomes = (run: Ended) =>
      new Set(JSON.parse(run.stdout).resources.map((one: { outcome: string }) => one.outcome));
    assert.deepEqual(
      [outcomes(deployed), outcomes(again), outcomes(removed)],
      [new Set(["created"]), new Set(["unchanged"]), new Set(["removed"])],
    );
  });

  test("show no secret, neither on stdout nor on stderr", async () => {
    const { stdout, stderr } = await run("deploy.ts", ["--name", "secret"]);

    for (const text of [stdout, stderr])
      assert.ok(!text.includes(local.secretAccessKey) && !text.includes(local.accessKeyId));
  });

  test("end with 1 and name whose a foreign table is", async () => {
    const dynamodb = new DynamoDBClient({
      region: local.region,
      endpoint: local.endpoint,
      credentials: local,
    });
    await dynamodb.send(
      new CreateTableCommand({
        TableName: "foreign",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );

    const { code, stdout, stderr } = await run("deploy.ts", ["--name", "foreign"]);

    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /Cannot use the table foreign because it is not this stack's/);
  });

  test("a teardown without --yes keeps a table with items and says how many there are", async () => {
    await run("deploy.ts", ["--name", "items"]);
    const dynamodb = new DynamoDBClient({
      region: local.region,
      endpoint: local.endpoint,
      credentials: local,
    });
    await dynamodb.send(
      new PutItemCommand({ TableName: "items", Item: { id: { S: "1" }, value: { S: "1" } } }),
    );

    const refused = await run("teardown.ts", ["--name", "items"]);
    const removed = await run("teardown.ts", ["--name", "items", "--yes"]);
    const again = await run("teardown.ts", ["--name", "items", "--yes"]);

    assert.deepEqual([refused.code, removed.code, again.code], [1, 0, 0]);
    assert.match(refused.stderr, /holds 1 item\.\n.*--yes/);
    assert.match(again.stderr, /absent +table items/);
  });
});
