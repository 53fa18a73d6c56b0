import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";
import { CreateLogGroupCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, DeleteRoleCommand } from "@aws-sdk/client-iam";
import {
  AddPermissionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetPolicyCommand,
  InvokeCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { Zip, ZipPassThrough } from "fflate";
import { configureLambda } from "../local/lambda.ts";
import { type LambdaWorld, lambdaWorld, zipOf } from "./lambda-world.ts";

const ECHO = "export const handler = async event => event;";
const FunctionName = "fn";

let aws: LambdaWorld;
beforeEach(async () => {
  aws = await lambdaWorld();
});
afterEach(() => aws.world.close());

const refused =
  (name: string, message: RegExp = /./, status?: number) =>
  (error: Error) => {
    assert.equal(error.name, name, error.message);
    assert.match(error.message, message);
    if (status)
      assert.equal((error as { $metadata?: { httpStatusCode: number } }).$metadata?.httpStatusCode, status);
    return true;
  };

describe("Lambda's control plane", () => {
  it("describes a function as it was created", async () => {
    await aws.createFunction(ECHO, {
      Timeout: 10,
      MemorySize: 256,
      Architectures: ["arm64"],
      Environment: { Variables: { TABLE: "items" } },
      LoggingConfig: { LogFormat: "JSON", LogGroup: "/aws/lambda/fn" },
      Tags: { owner: "us" },
    });

    const { Configuration, Tags, Code } = await aws.lambda.send(new GetFunctionCommand({ FunctionName }));

    assert.equal(Configuration?.FunctionArn, "arn:aws:lambda:eu-west-1:000000000000:function:fn");
    assert.equal(Configuration?.State, "Active");
    assert.equal(Configuration?.LastUpdateStatus, "Successful");
    assert.equal(Configuration?.Timeout, 10);
    assert.deepEqual(Configuration?.Architectures, ["arm64"]);
    assert.deepEqual(Configuration?.Environment, { Variables: { TABLE: "items" } });
    assert.equal(Configuration?.LoggingConfig?.LogFormat, "JSON");
    assert.match(Configuration?.LastModified ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+\+0000$/);
    assert.deepEqual(Tags, { owner: "us" });
    assert.ok(Code?.Location);
  });

  it("refuses a second function of the same name", async () => {
    await aws.createFunction(ECHO);

    const second = aws.createFunction(ECHO);

    await assert.rejects(second, refused("ResourceConflictException", /^Function already exist: fn$/, 409));
  });

  it("finds a function by its ARN and says which one it does not find", async () => {
    const { FunctionArn } = await aws.createFunction(ECHO);

    const found = await aws.lambda.send(new GetFunctionCommand({ FunctionName: FunctionArn }));
    const missing = aws.lambda.send(new GetFunctionCommand({ FunctionName: "constructor" }));

    assert.equal(found.Configuration?.FunctionName, FunctionName);
    await assert.rejects(
      missing,
      refused("ResourceNotFoundException", /Function not found: arn:aws:.*:constructor$/, 404),
    );
  });

  it("refuses a role that does not exist, does not trust Lambda or is too new", async () => {
    const message = /^The role defined for the function cannot be assumed by Lambda\.$/;
    const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`;
    const { Role } = await aws.iam.send(
      new CreateRoleCommand({ RoleName: "other", AssumeRolePolicyDocument: trust }),
    );

    const missing = aws.createFunction(ECHO, { Role: "arn:aws:iam::000000000000:role/missing" });
    const foreign = aws.createFunction(ECHO, { Role: Role?.Arn });
    aws.world.timing.roleAssumable = 60_000;
    const fresh = aws.createFunction(ECHO);

    for (const attempt of [missing, foreign, fresh])
      await assert.rejects(attempt, refused("InvalidParameterValueException", message, 400));
  });

  it("refuses deprecated runtimes, and values out of range", async () => {
    const attempts = [
      aws.createFunction(ECHO, { Runtime: "nodejs20.x" }),
      aws.createFunction(ECHO, { Timeout: 901 }),
      aws.createFunction(ECHO, { MemorySize: 64 }),
      aws.createFunction(ECHO, { Environment: { Variables: { AWS_REGION: "x" } } }),
      aws.createFunction(ECHO, { Environment: { Variables: { BIG: "x".repeat(4096) } } }),
    ];

    const names = await Promise.all(attempts.map(attempt => attempt.then(String, error => error.name)));

    const invalid = "InvalidParameterValueException";
    assert.deepEqual(names, [invalid, "ValidationException", "ValidationException", invalid, invalid]);
  });

  it("refuses what it does not know, by name", async () => {
    const layers = aws.createFunction(ECHO, { Layers: ["arn:aws:lambda:eu-west-1:000000000000:layer:x:1"] });
    const fromS3 = aws.createFunction(ECHO, { Code: { S3Bucket: "bucket", S3Key: "key" } });

    await assert.rejects(
      layers,
      refused("NotImplemented", /the parameter Layers of lambda:CreateFunction/, 501),
    );
    await assert.rejects(fromS3, refused("NotImplemented", /Code\.S3Bucket/, 501));
  });

  it("refuses a change while another one is under way", async () => {
    aws.world.timing.function = 40;
    const update = () =>
      aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 5 }));
    const wait = () => new Promise(resolve => setTimeout(resolve, 60));

    const { State } = await aws.createFunction(ECHO);
    await assert.rejects(update(), refused("ResourceConflictException", /state: Pending/, 409));
    await wait();
    const { LastUpdateStatus } = await update();
    await assert.rejects(update(), refused("ResourceConflictException", /An update is in progress/, 409));
    await wait();
    const settled = await aws.lambda.send(new GetFunctionCommand({ FunctionName }));

    assert.equal(State, "Pending");
    assert.equal(LastUpdateStatus, "InProgress");
    assert.equal(settled.Configuration?.LastUpdateStatus, "Successful");
  });

  it("changes only the settings that an update names", async () => {
    await aws.createFunction(ECHO, { Timeout: 7, Environment: { Variables: { KEEP: "me" } } });

    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 512 }));

    const { Configuration } = await aws.lambda.send(new GetFunctionCommand({ FunctionName }));
    assert.equal(Configuration?.MemorySize, 512);
    assert.equal(Configuration?.Timeout, 7);
    assert.deepEqual(Configuration?.Environment?.Variables, { KEEP: "me" });
  });

  it("keeps permissions by their ids", async () => {
    await aws.createFunction(ECHO);
    const add = (StatementId: string) =>
      aws.lambda.send(
        new AddPermissionCommand({
          FunctionName,
          StatementId,
          Action: "lambda:InvokeFunction",
          Principal: "apigateway.amazonaws.com",
          SourceArn: "arn:aws:execute-api:eu-west-1:000000000000:abc/prod/*/items",
        }),
      );
    const policy = () => aws.lambda.send(new GetPolicyCommand({ FunctionName }));

    await assert.rejects(policy(), refused("ResourceNotFoundException", /./, 404));
    await add("one");
    await assert.rejects(add("one"), refused("ResourceConflictException", /statement id \(one\)/, 409));
    const { Policy } = await policy();
    await aws.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: "one" }));

    const { Statement } = JSON.parse(Policy ?? "");
    assert.equal(Statement.length, 1);
    assert.deepEqual(Statement[0].Principal, { Service: "apigateway.amazonaws.com" });
    assert.equal(
      Statement[0].Condition.ArnLike["AWS:SourceArn"],
      "arn:aws:execute-api:eu-west-1:000000000000:abc/prod/*/items",
    );
    await assert.rejects(policy(), refused("ResourceNotFoundException"));
  });

  it("tags and untags, lists and deletes functions", async () => {
    const { FunctionArn: Resource } = await aws.createFunction(ECHO, { Tags: { a: "1", b: "2" } });
    await aws.createFunction(ECHO, { FunctionName: "other" });

    await aws.lambda.send(new TagResourceCommand({ Resource, Tags: { c: "3" } }));
    await aws.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ["a", "b"] }));
    const { Tags } = await aws.lambda.send(new ListTagsCommand({ Resource }));
    await aws.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    const { Functions } = await aws.lambda.send(new ListFunctionsCommand({}));

    assert.deepEqual(Tags, { c: "3" });
    assert.deepEqual(
      Functions?.map(({ FunctionName }) => FunctionName),
      ["other"],
    );
    const again = aws.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await assert.rejects(again, refused("ResourceNotFoundException"));
  });
});

/** A zip of zeros that declares its compressed size as its real one. */
function bombOf(size: number): Uint8Array {
  const parts: Uint8Array[] = [];
  const zip = new Zip((_error, part) => parts.push(part));
  const file = new ZipPassThrough("zeros.bin");
  file.compression = 8;
  zip.add(file);
  file.push(deflateRawSync(new Uint8Array(size), { level: 1 }), true);
  zip.end();
  return Buffer.concat(parts);
}

describe("a deployment package", () => {
  const create = (ZipFile: Uint8Array) => aws.createFunction(ECHO, { Code: { ZipFile } });

  it("that declares more than 250 MB is refused before it is inflated", async () => {
    const zip = zipOf({ "zeros.bin": "small" });
    // In the zip's directory, the size of a file is 24 bytes after the signature.
    const directory = Buffer.from(zip).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    new DataView(zip.buffer, zip.byteOffset).setUint32(directory + 24, 1_000_000_000, true);

    const attempt = create(zip);

    await assert.rejects(attempt, refused("InvalidParameterValueException", /Unzipped size must be smaller/));
  });

  it("that inflates to more than it declares is stopped at 250 MB", async () => {
    const bomb = bombOf(2_000_000_000);
    const before = process.resourceUsage().maxRSS;

    const attempt = create(bomb);

    await assert.rejects(attempt, refused("InvalidParameterValueException", /Unzipped size must be smaller/));
    const kilobytes = process.resourceUsage().maxRSS - before;
    assert.ok(kilobytes < 1_000_000, `it took ${kilobytes} kB`);
  });

  for (const name of ["../evil.mjs", "/etc/evil", "a/../../evil", "a\\..\\evil", "C:evil"])
    it(`with a file named ${name} is refused`, async () => {
      await assert.rejects(
        create(zipOf({ [name]: "x" })),
        refused("InvalidParameterValueException", /Could not unzip/),
      );
    });

  it("that is no zip at all, or empty, is refused", async () => {
    await assert.rejects(
      create(new Uint8Array(100)),
      refused("InvalidParameterValueException", /Could not unzip/),
    );
    await assert.rejects(create(zipOf({})), refused("InvalidParameterValueException", /non-empty zip/));
  });
});

describe("a running function", () => {
  it("answers with what its handler returns, whatever the kind of its module", async () => {
    const asyncCjs = "exports.handler = async event => event.n + 1;";
    const callback = "exports.handler = (event, context, callback) => callback(null, event.n + 2);";
    const esm = "export const handler = async event => event.n + 3;";
    const kinds: Record<string, Record<string, string>> = {
      cjs: { "index.js": asyncCjs },
      callback: { "index.js": callback },
      mjs: { "index.mjs": esm },
      esm: { "index.js": esm, "package.json": `{"type":"module"}` },
    };
    for (const [name, files] of Object.entries(kinds))
      await aws.createFunction("", { FunctionName: name, Code: { ZipFile: zipOf(files) } });

    const answers = await Promise.all(Object.keys(kinds).map(name => aws.invoke({ n: 1 }, name)));

    assert.deepEqual(
      answers.map(({ answer }) => answer),
      [2, 3, 4, 4],
    );
  });

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

  it("that throws answers with the error and takes the next event", async () => {
    await aws.createFunction(
      "export const handler = async ({ n }) => { if (n) throw new TypeError('boom'); return 'fine'; };",
    );

    const first = await aws.invoke({ n: 1 });
    const second = await aws.invoke({});

    assert.equal(first.error, "Unhandled");
    assert.equal(first.answer.errorType, "TypeError");
    assert.equal(first.answer.errorMessage, "boom");
    assert.equal(second.answer, "fine");
  });

  it("that never ends is stopped at its timeout, and does no harm to the next event", async () => {
    await aws.createFunction("export const handler = async ({ n }) => { while (n); return 'fine'; };", {
      Timeout: 1,
    });

    const [endless, next] = await Promise.all([aws.invoke({ n: 1 }), aws.invoke({})]);
    const before = process.cpuUsage();
    await new Promise(resolve => setTimeout(resolve, 400));
    const { user } = process.cpuUsage(before);

    assert.equal(endless.error, "Unhandled");
    assert.match(endless.answer.errorMessage, /Task timed out after 1\.00 seconds$/);
    assert.equal(next.answer, "fine");
    assert.ok(user < 200_000, `it still computes: ${user} µs`);
  });

  it("that exits, rejects unseen or uses up its memory harms only its own event", async () => {
    await aws.createFunction(
      `export const handler = async ({ how }) => {
        if (how === "exit") process.exit(3);
        if (how === "reject") { Promise.reject(new Error("unseen")); await new Promise(() => {}); }
        if (how === "memory") { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); }
        return "fine";
      };`,
      { Timeout: 20 },
    );

    const exit = await aws.invoke({ how: "exit" });
    const reject = await aws.invoke({ how: "reject" });
    const memory = await aws.invoke({ how: "memory" });
    const next = await aws.invoke();

    assert.equal(exit.answer.errorType, "Runtime.ExitError");
    assert.match(exit.answer.errorMessage, /exit status 3$/);
    assert.equal(reject.answer.errorType, "Runtime.UnhandledPromiseRejection");
    assert.equal(memory.answer.errorType, "Runtime.OutOfMemory");
    assert.equal(next.answer, "fine");
  });

  it("that cannot be loaded says so", async () => {
    await aws.createFunction(ECHO, { Handler: "missing.handler" });
    const missing = await aws.invoke();
    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Handler: "index.other" }));
    const other = await aws.invoke();

    assert.equal(missing.answer.errorType, "Runtime.ImportModuleError");
    assert.equal(other.answer.errorType, "Runtime.HandlerNotFound");
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

  it("cannot read its variables once its role was created anew", async () => {
    await aws.createFunction(ECHO, { Environment: { Variables: { TABLE: "items" } } });
    await aws.iam.send(new DeleteRoleCommand({ RoleName: "runner" }));
    const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}`;
    const { Role } = await aws.iam.send(
      new CreateRoleCommand({ RoleName: "runner", AssumeRolePolicyDocument: trust }),
    );

    await assert.rejects(aws.invoke(), refused("KMSAccessDeniedException", /KMS/, 502));
    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Role: Role?.Arn }));
    const { answer } = await aws.invoke({ n: 1 });

    assert.deepEqual(answer, { n: 1 });
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

  it("takes only JSON", async () => {
    await aws.createFunction(ECHO);

    const attempt = aws.lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from("{") }));

    await assert.rejects(attempt, refused("InvalidRequestContentException"));
  });
});
