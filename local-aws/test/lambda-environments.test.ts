import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { describe, it, test } from "node:test";
import { CreateLogGroupCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { configureLambda } from "../src/lambda/runtime.ts";
import { aws, FunctionName } from "./functions.ts";
import { lambdaWorld, zipOf } from "./lambda-world.ts";

describe("a running function", () => {
  it("finds its own variables and its role's credentials, and nothing of this process", async () => {
    process.env.DYNAMOSYNC_TEST_SECRET = "not for functions";
    await aws.createFunction(
      "export const handler = async (event, context) => ({ env: process.env, context });",
      {
        Environment: { Variables: { TABLE: "items" } },
      },
    );

    const { answer } = await aws.invoke();

    assert.equal(answer.env.TABLE, "items");
    assert.equal(answer.env.AWS_REGION, "eu-west-1");
    assert.equal(answer.env.AWS_LAMBDA_FUNCTION_NAME, "fn");
    assert.match(answer.env.AWS_ACCESS_KEY_ID, /^ASIA/);
    assert.ok(answer.env.AWS_SESSION_TOKEN);
    assert.equal(answer.env.AWS_ENDPOINT_URL, aws.world.endpoint);
    assert.equal(answer.env.DYNAMOSYNC_TEST_SECRET, undefined);
    assert.equal(answer.env.HOME, undefined);
    assert.equal(answer.context.functionName, "fn");
    assert.match(answer.context.awsRequestId, /^[\da-f-]{36}$/);
  });

  it("takes one event at a time in each environment, and as many environments as it needs up to the limit", async () => {
    configureLambda(aws.world, { environments: 3 });
    await aws.createFunction(
      `import { threadId } from "node:worker_threads";
      let running = 0;
      export const handler = async () => {
        const together = ++running;
        await new Promise(resolve => setTimeout(resolve, 300));
        running--;
        return { together, threadId };
      };`,
    );

    const answers = await Promise.all(Array.from({ length: 9 }, () => aws.invoke()));

    assert.deepEqual(new Set(answers.map(({ answer }) => answer.together)), new Set([1]));
    const environments = new Set(answers.map(({ answer }) => answer.threadId)).size;
    assert.ok(environments > 1 && environments <= 3, `${environments} environments`);
  });

  it("keeps its environment between events and loses it when it is idle for long", async () => {
    configureLambda(aws.world, { idleMs: 100 });
    await aws.createFunction("let count = 0; export const handler = async () => ++count;");

    const first = await aws.invoke();
    const second = await aws.invoke();
    await new Promise(resolve => setTimeout(resolve, 250));
    const third = await aws.invoke();

    assert.deepEqual([first.answer, second.answer, third.answer], [1, 2, 1]);
  });

  it("is updated without a failed request", async () => {
    const version = (n: number) =>
      `export const handler = async () => { await new Promise(done => setTimeout(done, 50)); return ${n}; };`;
    await aws.createFunction(version(1));
    const answers: unknown[] = [];
    let stop = false;
    const caller = async () => {
      while (!stop) {
        const { answer, error } = await aws.invoke();
        answers.push(error ?? answer);
      }
    };

    const callers = [caller(), caller()];
    await new Promise(resolve => setTimeout(resolve, 300));
    const ZipFile = zipOf({ "index.mjs": version(2) });
    await aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    const { answer: afterwards } = await aws.invoke();
    stop = true;
    await Promise.all(callers);

    assert.equal(afterwards, 2);
    assert.deepEqual(new Set(answers), new Set([1, 2]));
  });

  it("is throttled beyond its reserved concurrency", async () => {
    await aws.createFunction("export const handler = () => new Promise(done => setTimeout(done, 200));");
    await aws.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }),
    );
    const { ReservedConcurrentExecutions } = await aws.lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName }),
    );

    const [first, second] = await Promise.allSettled([aws.invoke(), aws.invoke()]);
    await aws.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    const both = await Promise.allSettled([aws.invoke(), aws.invoke()]);

    assert.equal(ReservedConcurrentExecutions, 1);
    assert.equal(first.status, "fulfilled");
    assert.equal(second.status === "rejected" && second.reason.name, "TooManyRequestsException");
    assert.deepEqual(
      both.map(({ status }) => status),
      ["fulfilled", "fulfilled"],
    );
  });

  it("writes its lines to its log group, as text or as JSON", async () => {
    await aws.allowLogs();
    const logGroupName = "/aws/lambda/fn";
    await aws.logs.send(new CreateLogGroupCommand({ logGroupName }));
    const code = `export const handler = async () => { console.log("a", { b: 1 }); process.stdout.write('{"raw":true}\\n'); };`;
    await aws.createFunction(code);
    const lines: string[] = [];
    aws.world.on("log", ({ line }) => lines.push(line));

    await aws.invoke();
    await aws.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, LoggingConfig: { LogFormat: "JSON" } }),
    );
    await aws.invoke();

    const { events } = await aws.logs.send(new FilterLogEventsCommand({ logGroupName }));
    assert.deepEqual(
      events?.map(({ message }) => message),
      lines,
    );
    assert.match(lines[0] ?? "", /^[\d-]+T[\d:.]+Z\t[\da-f-]{36}\tINFO\ta \{ b: 1 \}$/);
    assert.equal(lines[1], '{"raw":true}');
    assert.match(JSON.parse(lines[2] ?? "").message, /^a \{ b: 1 \}$/);
    assert.equal(lines[3], '{"raw":true}');
  });

  it("writes no line below its log level, and tells it nevertheless", async () => {
    const code = `export const handler = async () => { console.debug("hidden"); console.info("shown"); };`;
    await aws.createFunction(code, { LoggingConfig: { LogFormat: "JSON" } });
    const [lines, dropped]: string[][] = [[], []];
    aws.world.on("log", ({ line }) => lines!.push(line));
    aws.world.on("dropped", ({ line }) => dropped!.push(line));

    await aws.invoke();

    assert.match(lines!.join("\n"), /^[^\n]*"level":"INFO"[^\n]*"shown"[^\n]*$/);
    assert.match(dropped!.join("\n"), /^[^\n]*"level":"DEBUG"[^\n]*"hidden"[^\n]*$/);
  });

  it("logs the error that nobody caught", async () => {
    await aws.createFunction("export const handler = async () => { throw new RangeError('too far'); };");
    const lines: string[] = [];
    aws.world.on("log", ({ line }) => lines.push(line));

    await aws.invoke();

    assert.match(lines.join("\n"), /RangeError.*too far/);
  });

  it("leaves no files behind", async () => {
    const left = () => readdirSync(tmpdir()).filter(name => name.startsWith("dynamosync-function-"));
    const before = new Set(left());
    await aws.createFunction("export const handler = async () => process.env.LAMBDA_TASK_ROOT;");
    const { answer: first } = await aws.invoke();
    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }));
    const { answer: second } = await aws.invoke();

    const during = existsSync(second);
    await aws.world.close();

    assert.ok(during);
    assert.deepEqual([existsSync(first), existsSync(second)], [false, false]);
    assert.ok(left().every(name => before.has(name)) || left().length <= before.size);
  });
});

test("a function that computes gets no more environments than there are processors, however many wait", async t => {
  const aws = await lambdaWorld();
  t.after(() => aws.world.close());
  await aws.createFunction(`
    import { threadId } from "node:worker_threads";
    export const handler = async () => {
      const end = Date.now() + 200;
      while (Date.now() < end);
      return threadId;
    };`);

  const invocations = Array.from({ length: 8 * availableParallelism() }, () => aws.invoke());
  const environments = new Set((await Promise.all(invocations)).map(({ answer }) => answer));

  assert.ok(environments.size <= availableParallelism(), `${environments.size} environments`);
});
