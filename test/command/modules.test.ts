/** What a command loads before it knows that it is needed. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { runScript } from "../shared/run-script.ts";

const PRELOAD = new URL("../shared/told-modules.mjs", import.meta.url).href;

/** The clients of the SDK that a script has loaded when it ends. */
async function clientsOf(script: string, ...args: string[]): Promise<string[]> {
  const { stderr } = await runScript(script, args, { NODE_OPTIONS: `--import ${PRELOAD}` });
  return /^clients: (.*)$/m.exec(stderr)![1]!.split(" ").filter(Boolean);
}

for (const [what, script, ...args] of [
  ["--help", "deploy.ts", "--help"],
  ["wrong usage", "teardown.ts", "--nmae", "x"],
] as const)
  test(`${what} loads no client of the SDK`, async () => {
    const clients = await clientsOf(script, ...args);

    assert.deepEqual(clients, []);
  });

test("a command that begins loads the clients that the project depends on", async () => {
  const { dependencies } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));

  const clients = await clientsOf("deploy.ts"); // and ends, for want of a region

  const wanted = Object.keys(dependencies).flatMap(name => /^@aws-sdk\/(client-.*)/.exec(name)?.[1] ?? []);
  assert.deepEqual(clients, wanted.sort());
});
