/** Without a network, somebody is told so soon, also where nobody watches. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startScript } from "../shared/run-script.ts";

const PRELOAD = new URL("../shared/without-names.mjs", import.meta.url).href;

const startWithoutNames = (silence: number) =>
  startScript("deploy.ts", ["--json", "--on-aws"], {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    NODE_OPTIONS: `--import ${PRELOAD}`,
    SILENCE_MS: `${silence}`,
  });

test("a resolver that knows no names is given up after seconds, not minutes", {
  timeout: 60_000,
}, async () => {
  const { code, stdout, stderr } = await startWithoutNames(0).ended;

  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /AWS cannot be reached \(getaddrinfo EAI_AGAIN .*\)\.\nCheck the network/);
});

test("a resolver that says nothing is told of while it is waited for", { timeout: 60_000 }, async () => {
  const { child, ended } = startWithoutNames(600_000);

  for await (const text of child.stderr.iterator({ destroyOnReturn: false }))
    if (/AWS has not answered yet\. Is there a network/.test(text)) break;

  child.kill("SIGKILL");
  const { code } = await ended;
  assert.equal(code, -1); // it was still waiting
});
