/** The suite on an account, rehearsed: an AWS of this machine under AWS's own names, and no endpoint named anywhere. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Around, CLEAR, inProcessHandler, Weather } from "local-aws";
import { createTable } from "../shared/foreign.ts";
import { TYPESCRIPT } from "../shared/run-script.ts";
import { startUnderItsNames, type UnderItsNames } from "../shared/under-aws-names.ts";

const REGION = "eu-west-3";
const ACCOUNT = "000000000000";
const LASTING = { ...CLEAR, states: 300 };

/** One operation answers otherwise than the local AWS does elsewhere. */
class OtherAws extends Weather {
  override over(...reigned: Parameters<Weather["over"]>): Around {
    const around = super.over(...reigned);
    return async (call, run) => {
      const response = await around(call, run);
      if (call.operation !== "DescribeTable") return response;
      return { ...response, body: `${response.body}`.replace('"TableId"', '"TableNumber"') };
    };
  }
}

interface Ended {
  code: number | null;
  said: string;
}

describe("the suite on an account", () => {
  let aws: UnderItsNames;
  const weather = new OtherAws();

  before(async () => {
    weather.set(LASTING);
    aws = await startUnderItsNames(REGION, weather);
  });
  after(() => aws.close());

  function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [...TYPESCRIPT, "test/account/run.ts", "--account", ...args], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env: { PATH, HOME, AWS_CONFIG_FILE: "/nowhere", ...aws.environment },
      detached: true,
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", text => said.push(text));
    const ended = new Promise<Ended>(resolve =>
      child.on("close", code => resolve({ code, said: said.join("") })),
    );
    return { child, ended };
  }

  /** Everything of the suite that there is, as the local AWS keeps it. */
  const leftovers = () => JSON.stringify(aws.contents()).match(/suite-[0-9a-z]{4}-[0-9a-z]+-\d+/g) ?? [];

  test("is refused where the credentials are another account's, which are asked for no more", async () => {
    aws.calls.length = 0;

    const { code, said } = await start("111111111111", "--yes").ended;

    assert.equal(code, 1);
    assert.match(
      said,
      /Cannot run on the account 111111111111 because the credentials are of the account 0{12}/,
    );
    assert.deepEqual(
      aws.calls.map(({ operation }) => operation),
      ["GetCallerIdentity"],
    );
  });

  test("does nothing where nobody says yes", async () => {
    aws.calls.length = 0;

    const { code, said } = await start(ACCOUNT, "--only", "ownership").ended;

    assert.equal(code, 1);
    assert.match(said, /creates 4 roles, 4 tables/);
    assert.match(said, /costs less than \$0\.10/);
    assert.equal(aws.calls.length, 1);
  });

  test("leaves nothing, ends within its estimate, and names what is answered otherwise", async () => {
    const begun = Date.now();

    const { code, said } = await start(ACCOUNT, "--only", "ownership", "--yes").ended;

    assert.equal(code, 0, said);
    const minutes = Number(/at most (\d+) minutes/.exec(said)?.[1]);
    assert.ok(Date.now() - begun < minutes * 60_000);
    assert.match(said, /Nothing is left\./);
    assert.match(said, /^\| DynamoDB DescribeTable \| – \| `Table\.TableId` \|$/m);
    assert.deepEqual(leftovers(), []);
  });

  test("waits for what is on its way out, whatever its name looks like", async t => {
    weather.set(CLEAR);
    t.after(() => weather.set(LASTING));
    const { accessKeyId, secretAccessKey, answer } = aws;
    const requestHandler = inProcessHandler(answer);
    const credentials = { accessKeyId, secretAccessKey };
    const dynamodb = new DynamoDBClient({ region: REGION, credentials, requestHandler });
    await createTable({ dynamodb }, "suite-some-name-1");
    weather.set({ ...CLEAR, states: 2000 });

    const { code, said } = await start(ACCOUNT, "--region", REGION, "--clean-up").ended;

    assert.equal(code, 0, said);
    assert.deepEqual(leftovers(), []);
  });

  test("that is killed is cleaned up by the command that it printed", async () => {
    const { child, ended } = start(ACCOUNT, "--only", "deploy", "--yes");
    const early = ended.then(({ said }) => assert.fail(said));
    early.catch(() => {}); // it is killed in time
    while (!aws.calls.some(({ operation }) => operation === "CreateStage"))
      await Promise.race([wait(20), early]);
    process.kill(-child.pid!, "SIGKILL");
    const { said } = await ended;
    assert.notDeepEqual(leftovers(), []);

    const [, region] = /--account 0{12} --region (\S+) --clean-up/.exec(said) ?? [];
    const cleaned = await start(ACCOUNT, "--region", `${region}`, "--clean-up").ended;

    assert.equal(cleaned.code, 0, cleaned.said);
    assert.deepEqual(leftovers(), []);
  });
});
