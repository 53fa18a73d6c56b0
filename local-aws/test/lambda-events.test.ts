import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeleteRoleCommand } from "@aws-sdk/client-iam";
import { InvokeCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { aws, ECHO, FunctionName } from "./functions.ts";
import { zipOf } from "./lambda-world.ts";
import { refused } from "./refused.ts";
import { role } from "./roles.ts";

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

  it("cannot read its variables once its role was created anew", async () => {
    await aws.createFunction(ECHO, { Environment: { Variables: { TABLE: "items" } } });
    await aws.iam.send(new DeleteRoleCommand({ RoleName: "runner" }));
    const { Role } = await aws.iam.send(role("runner"));

    await assert.rejects(aws.invoke(), refused("KMSAccessDeniedException", /KMS/, 502));
    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Role: Role?.Arn }));
    const { answer } = await aws.invoke({ n: 1 });

    assert.deepEqual(answer, { n: 1 });
  });

  it("takes only JSON", async () => {
    await aws.createFunction(ECHO);

    const attempt = aws.lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from("{") }));

    await assert.rejects(attempt, refused("InvalidRequestContentException"));
  });
});
