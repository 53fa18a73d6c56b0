import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { Around } from "../local/aws.ts";
import { startLocalAws } from "../local/server.ts";
import { AwsError } from "../local/service.ts";

const local = await startLocalAws();
after(() => local.close());

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts a script as a person would, in an environment of its own. */
function start(script: string, args: string[], environment: Record<string, string>) {
  const { PATH, HOME = "/" } = process.env;
  const env = {
    PATH,
    HOME,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nowhere",
    AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
    ...environment,
  };
  const cwd = new URL("..", import.meta.url);
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { cwd, env });
  const ended = new Promise<Ended>(resolve => {
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", text => {
        said[stream] += text;
      });
    child.on("close", code => resolve({ code: code ?? -1, ...said }));
  });
  return { child, ended };
}

const run = (script: string, args: string[], environment: Record<string, string> = local.environment) =>
  start(script, args, environment).ended;

for (const script of ["deploy.ts", "teardown.ts"]) {
  describe(script, () => {
    test("--help shows how to use it and ends with 0", async () => {
      const { code, stdout } = await run(script, ["--help"]);

      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: npx tsx ${script} `));
      for (const option of ["--name", "--region", "--dry-run", "--explain", "--json"])
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
      assert.match(
        stderr,
        /Cannot STS GetCallerIdentity because there are no credentials \(.*\)\.\n.*AWS_PROFILE/,
      );
      assert.doesNotMatch(stderr, /\n +at /);
    });

    test("names the profile that has no credentials", async () => {
      const { code, stderr } = await run(script, [], { ...local.environment, AWS_PROFILE: "nobody" });

      assert.equal(code, 1);
      assert.match(stderr, /there are no credentials for the profile nobody /);
    });

    test("says that the credentials are not accepted", async () => {
      const { code, stderr } = await run(script, [], {
        ...local.environment,
        AWS_ACCESS_KEY_ID: "AKIAWRONG",
      });

      assert.equal(code, 1);
      assert.match(stderr, /AWS does not accept the credentials/);
    });

    test("says at once that nobody listens at the endpoint", async () => {
      const { code, stdout, stderr } = await run(script, ["--json"], {
        ...local.environment,
        AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      });

      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /AWS cannot be reached \(.*ECONNREFUSED.*\)\.\n.*AWS_ENDPOINT_URL/);
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
    const members = ["changes", "ms", "name", "outcome", "start", "type"];
    assert.deepEqual(Object.keys(result.resources[0]).sort(), members);
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

describe("a refusal of AWS's is one short paragraph on stderr, and stdout stays clean:", () => {
  /** What AWS refuses with, by the call that it refuses. */
  const REFUSALS: [what: string, call: string, refusal: AwsError, said: RegExp][] = [
    [
      "expired credentials",
      "GetCallerIdentity",
      new AwsError("ExpiredToken", 403, "The security token included in the request is expired"),
      /Cannot STS GetCallerIdentity because the credentials have expired\.\nGet new ones/,
    ],
    [
      "a denied call",
      "CreateTable",
      new AwsError("AccessDeniedException", 400, "User is not authorized to perform: dynamodb:CreateTable"),
      /Cannot DynamoDB CreateTable because it is denied: User .* dynamodb:CreateTable\.\nUse credentials/,
    ],
    [
      "a bucket's name that is taken",
      "CreateBucket",
      new AwsError("BucketAlreadyExists", 409, "The requested bucket name is not available."),
      /Cannot create the bucket .* another account has one of this name.*\nChoose another --name/,
    ],
    [
      "a quota",
      "CreateRole",
      new AwsError("LimitExceeded", 409, "Cannot exceed quota for RolesPerAccount: 1000."),
      /Cannot IAM CreateRole because a quota of the account is used up: .*1000\.+\nRemove what/,
    ],
  ];

  for (const [what, call, refusal, said] of REFUSALS)
    test(what, async () => {
      const around: Around = async ({ operation }, answer) => {
        if (operation === call) throw refusal;
        return answer();
      };
      const strict = await startLocalAws({ around });

      const { code, stdout, stderr } = await run("deploy.ts", ["--json"], strict.environment);

      await strict.close();
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr.slice(stderr.lastIndexOf("\nCannot")), said);
      assert.doesNotMatch(stderr, /\n +at /);
    });
});

describe("before anything else", () => {
  test("the account, the region, the profile and the stack are named on stderr", async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...without } = local.environment;
    const folder = await mkdtemp(join(tmpdir(), "profile-"));
    const AWS_SHARED_CREDENTIALS_FILE = join(folder, "credentials");
    const keys = `aws_access_key_id=${AWS_ACCESS_KEY_ID}\naws_secret_access_key=${AWS_SECRET_ACCESS_KEY}\n`;
    await writeFile(AWS_SHARED_CREDENTIALS_FILE, `[class]\n${keys}`);
    const profile = { AWS_PROFILE: "class", AWS_SHARED_CREDENTIALS_FILE };

    const { stderr } = await run("deploy.ts", ["--dry-run"], { ...without, ...profile });

    await rm(folder, { recursive: true });

    const place = `account ${local.world.account}, region ${local.region}, profile class, endpoint ${local.endpoint}`;
    assert.ok(stderr.startsWith(`Looking at dynamosync: ${place}\nas arn:`), stderr);
  });
});

describe("--dry-run", () => {
  test("names exactly the settings that the next deploy changes, from what to what", async () => {
    await run("deploy.ts", ["--name", "drift"]);
    const { region, endpoint } = local;
    const dynamodb = new DynamoDBClient({ region, endpoint, credentials: local });
    await dynamodb.send(new UpdateTableCommand({ TableName: "drift", DeletionProtectionEnabled: false }));
    const lambda = new LambdaClient({ region, endpoint, credentials: local });
    const configuration = { FunctionName: "drift", MemorySize: 128, Timeout: 3 };
    await lambda.send(new UpdateFunctionConfigurationCommand(configuration));

    const planned = await run("deploy.ts", ["--name", "drift", "--dry-run", "--json"]);
    const words = await run("deploy.ts", ["--name", "drift", "--dry-run"]);
    const deployed = await run("deploy.ts", ["--name", "drift", "--json"]);

    const changes = ({ stdout }: Ended) =>
      JSON.parse(stdout).resources.flatMap((resource: { changes: object[] }) => resource.changes);
    assert.equal(changes(planned).length, 3);
    assert.deepEqual(changes(planned), changes(deployed));
    assert.match(words.stdout, /would update table drift\n +deletion protection: false -> true\n/);
    assert.match(words.stdout, /would update function drift\n.*timeout.*3 -> 10\n.*memory.*128 -> 512\n/);
    assert.match(words.stdout, /Nothing was changed/);
  });

  test("of a teardown says how many items would go", async () => {
    await run("deploy.ts", ["--name", "count"]);
    const { region, endpoint } = local;
    const dynamodb = new DynamoDBClient({ region, endpoint, credentials: local });
    const Item = { id: { S: "1" }, value: { S: "1" } };
    await dynamodb.send(new PutItemCommand({ TableName: "count", Item }));

    const { code, stdout } = await run("teardown.ts", ["--name", "count", "--dry-run"]);

    assert.equal(code, 0);
    assert.match(stdout, /would remove table count\n[\s\S]*The table holds 1 item\./);
  });
});

describe("Ctrl-C", () => {
  test("ends with 130 and says that the next run goes on", async () => {
    let reached = () => {};
    const isCreating = new Promise<void>(resolve => {
      reached = resolve;
    });
    const around: Around = async ({ operation }, answer) => {
      if (operation === "CreateFunction") reached();
      if (operation === "CreateFunction") await new Promise(resolve => setTimeout(resolve, 3000));
      return answer();
    };
    const slow = await startLocalAws({ around });
    const { child, ended } = start("deploy.ts", [], slow.environment);
    await isCreating;

    child.kill("SIGINT");

    const { code, stderr } = await ended;
    const again = await run("deploy.ts", [], slow.environment);
    await slow.close();
    assert.equal(code, 130);
    assert.match(stderr, /Interrupted\. What is done is kept: run the same command again/);
    assert.equal(again.code, 0, again.stderr);
  });
});
