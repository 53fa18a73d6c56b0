/** What somebody reads whose Node is too old. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { runScript } from "../shared/run-script.ts";

/** Runs a script by this Node, which calls itself another. */
const runBy = (version: string, script: string) => {
  const versions = JSON.stringify({ ...process.versions, node: version });
  const disguise = `data:text/javascript,Object.defineProperty(process,"versions",{value:${versions}})`;
  return runScript(script, ["--help"], { NODE_OPTIONS: `--import=${encodeURI(disguise)}` });
};

for (const script of ["deploy.ts", "teardown.ts"])
  test(`${script} says in one sentence that Node is too old`, async () => {
    const { code, stdout, stderr } = await runBy("20.9.0", script);

    assert.deepEqual([code, stdout], [1, ""]);
    assert.equal(stderr, "This needs Node 20.19 or later, and is run by 20.9.0.\n");
  });

for (const version of ["20.19.0", "22.3.0", "100.0.0"])
  test(`Node ${version} is new enough`, async () => {
    const { code, stderr } = await runBy(version, "deploy.ts");

    assert.deepEqual([code, stderr], [0, ""]);
  });

test("the SDK does not warn of a Node that the project runs on", async () => {
  const { code, stderr } = await runScript("handler.ts", [], {});

  assert.deepEqual([code, stderr], [0, ""]);
});

test("all that npm runs imports first what says so", async () => {
  const { scripts } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));

  const commands = Object.values<string>(scripts).flatMap(script => script.split(" && "));
  const ofNode = commands.filter(command => command.startsWith("node "));

  assert.ok(ofNode.length >= 10);
  for (const command of ofNode)
    assert.match(command, /^node --import \.\/command\/typescript\.mjs /, command);
});
