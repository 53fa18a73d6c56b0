/** Deployment packages and functions that mean harm, or are merely broken: the local AWS goes on as if nothing was. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { type Zippable, zipSync } from "fflate";
import { type Aws, startAws } from "../src/server.ts";
import { role } from "./roles.ts";

const MEGABYTE = 1024 * 1024;

let aws: Aws;
let lambda: LambdaClient;
let Role: string | undefined;

before(async () => {
  aws = await startAws();
  const { endpoint, region, accessKeyId, secretAccessKey } = aws;
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
  lambda = new LambdaClient(settings);
  Role = (await new IAMClient(settings).send(role("runner"))).Role?.Arn;
});
after(() => aws.close());

const create = (FunctionName: string, ZipFile: Uint8Array, Timeout = 30) =>
  lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Timeout,
      MemorySize: 128,
      Code: { ZipFile },
    }),
  );

async function invoke(FunctionName: string) {
  const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
  return { error: FunctionError, answer: JSON.parse(Payload?.transformToString() ?? "") };
}

/** Something else that is asked of the local AWS meanwhile, and how long it took. */
async function isAlive(): Promise<number> {
  const begun = performance.now();
  await lambda.send(new ListFunctionsCommand({}));
  return performance.now() - begun;
}

const handler = (code: string) => Buffer.from(`export const handler = async () => { ${code} };`);
const many = (count: number): Zippable =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`file-${index}`, new Uint8Array()]));

describe("a deployment package is refused, and nothing of it is written, when it", () => {
  const packages: [what: string, files: Zippable, refusal: string][] = [
    ["holds 100,000 files", many(100_000), "NotImplemented"],
    ["climbs out of its directory", { "../../climbed": handler("") }, "InvalidParameterValueException"],
    ["names an absolute path", { "/tmp/climbed": handler("") }, "InvalidParameterValueException"],
    ["names no file at all", { "": handler("") }, "InvalidParameterValueException"],
    ["names a directory as a file", { ".": handler("") }, "InvalidParameterValueException"],
    ["names what no file system takes", { ["x".repeat(300)]: handler("") }, "InvalidParameterValueException"],
    [
      "is 30,000 directories deep",
      { [`${"a/".repeat(30_000)}b`]: handler("") },
      "InvalidParameterValueException",
    ],
  ];
  for (const [what, files, refusal] of packages)
    test(what, async () => {
      const zip = zipSync(files, { level: 0 });

      const creation = assert.rejects(create("hostile", zip), { name: refusal });
      const took = await isAlive();
      await creation;

      assert.ok(took < 5_000, `the next call took ${took} ms`);
      assert.ok(![tmpdir(), "/tmp"].some(directory => existsSync(join(directory, "climbed"))));
    });
});

test("a link in a deployment package is a file with the link's text", async () => {
  const attrs = (0o120777 << 16) >>> 0;
  const code = `const { readFileSync, lstatSync } = await import("node:fs");
    const path = process.env.LAMBDA_TASK_ROOT + "/link";
    return [readFileSync(path, "utf8"), lstatSync(path).isSymbolicLink()];`;
  const link: Zippable[string] = [Buffer.from("/etc/hosts"), { os: 3, attrs }];
  await create("linked", zipSync({ "index.mjs": handler(code), link }));

  const { answer } = await invoke("linked");

  assert.deepEqual(answer, ["/etc/hosts", false]);
});

describe("a function harms neither the local AWS nor the functions after it, when it", () => {
  const functions: [what: string, code: string, errorType: string | RegExp][] = [
    ["never ends", "for (;;);", "Sandbox.Timedout"],
    [
      "fills the heap",
      "for (const all = []; ; ) all.push(new Array(1e6).fill(all.length));",
      "Runtime.OutOfMemory",
    ],
    ["fills buffers", "for (const all = []; ; ) all.push(Buffer.alloc(1e7, 1));", "Runtime.OutOfMemory"],
    ["answers with 7 MB", `return "x".repeat(7e6);`, "Function.ResponseSizeTooLarge"],
    // Which of its limits such an answer meets first is a matter of milliseconds.
    ["answers with 300 MB", `return "x".repeat(3e8);`, /ResponseSizeTooLarge|OutOfMemory/],
    ["exits", "process.exit(0);", "Runtime.ExitError"],
    ["kills its process", `process.kill(process.pid, "SIGKILL");`, "Runtime.ExitError"],
    ["kills its process group", `process.kill(0, "SIGKILL");`, "Runtime.ExitError"],
    ["aborts", "process.abort();", "TypeError"],
    ["writes to its log without end", `for (;;) console.log("x".repeat(1e6));`, "Sandbox.Timedout"],
  ];
  for (const [index, [what, code, errorType]] of functions.entries())
    test(what, async () => {
      const rss = process.memoryUsage.rss();
      let most = rss;
      const timer = setInterval(() => {
        most = Math.max(most, process.memoryUsage.rss());
      }, 20);
      const timeout = errorType === "Sandbox.Timedout" ? 2 : undefined;
      await create(`harmful-${index}`, zipSync({ "index.mjs": handler(code) }), timeout);
      const failing = invoke(`harmful-${index}`);

      const took = await isAlive();
      const { error, answer } = await failing;
      clearInterval(timer);

      assert.equal(error, "Unhandled");
      assert.match(answer.errorType, new RegExp(errorType));
      assert.ok(took < 5_000, `another call took ${took} ms`);
      assert.ok(most - rss < 1_200 * MEGABYTE, `it took ${(most - rss) / MEGABYTE} MB`);
    });
});
