/** The `aws` command as a witness: a client that nobody here wrote says what a reader would, and gets AWS's answers. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Aws, startAws } from "../../src/index.ts";
import { zipOf } from "../lambda-world.ts";
import { TRUST } from "../roles.ts";
import { COMMANDS, type Typed } from "./commands.ts";

const CODE = `
  export const handler = async ({ name }) => {
    console.log("said by the function");
    return "hello " + name;
  };`;
const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["dynamodb:GetItem", "logs:*"], Resource: "*" }],
};

const skip = spawnSync("aws", ["--version"]).error ? "there is no aws command" : false;

describe("the aws command", { skip }, () => {
  let aws: Aws;
  let cwd: string;
  const variables: Record<string, string> = {};

  before(async () => {
    aws = await startAws();
    cwd = await mkdtemp(join(tmpdir(), "commands-"));
    const files: Record<string, string | Uint8Array> = {
      "trust.json": TRUST,
      "policy.json": JSON.stringify(POLICY),
      "index.html": "<!doctype html><title>A page</title>",
      "payload.json": JSON.stringify({ name: "you" }),
      "function.zip": zipOf({ "index.mjs": CODE }),
      "large.bin": new Uint8Array(12 * 1024 * 1024),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
  });
  after(async () => {
    await aws.close();
    await rm(cwd, { recursive: true, force: true });
  });

  function run({ command }: Typed): Promise<{ code: number; said: string }> {
    const env = { PATH: process.env.PATH, HOME: cwd, AWS_PAGER: "", ...aws.environment, ...variables };
    return new Promise(resolve => {
      execFile("sh", ["-c", command], { cwd, env, timeout: 60_000 }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, said: stdout + stderr }),
      );
    });
  }

  for (const typed of COMMANDS)
    test(typed.command, async () => {
      const { code, said } = await run(typed);

      assert.match(said, typed.prints);
      assert.equal(code !== 0, typed.fails ?? false, `it ended with ${code}: ${said}`);
      if (typed.keep) variables[typed.keep] = said.trim();
    });

  test("at least 60 of them were tried", () => {
    assert.ok(COMMANDS.length >= 60, `${COMMANDS.length}`);
  });
});
