/** The lab: each fault is seen, marked by the view where it is, and repaired in more than one way. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { type Aws, startAws } from "local-aws";
import { deploy } from "../../deploy.ts";
import { problemsOf } from "../../dev/lab/check.ts";
import { FAULTS } from "../../dev/lab/faults.ts";
import { type Stand, standOf } from "../../dev/lab/stand.ts";
import { brokenAt } from "../../dev/view/shown.ts";
import { type Case, casesWith, gatewayResponsesOf } from "./repairs.ts";

let local: Aws;
let stand: Stand;
let cases: Case[];

const deployed = () => deploy({ name: "lab", region: local.region });

before(async () => {
  local = await startAws();
  Object.assign(process.env, local.environment);
  await deployed();
  stand = await standOf("lab");
  cases = casesWith(await gatewayResponsesOf(stand));
});
after(() => local.close());

/** What the view marks of a request, and what it says there. */
async function marked({ url, method }: { url: string; method: string }) {
  const response = await fetch(url, { method, headers: { origin: stand.origin } });
  await response.arrayBuffer();
  const { spans } = local.traces.at(-1)!;
  const part = brokenAt(spans);
  const why = spans.find(span => span.part === part && span.outcome !== "passed")?.why ?? "";
  return { part, why };
}

test("a stack that works has no problems", async () => {
  assert.deepEqual(await problemsOf(stand), []);
});

test("there are at least twelve faults, each with a symptom and up to three hints", () => {
  assert.ok(FAULTS.length >= 12);
  for (const { symptom, hints } of FAULTS)
    assert.ok(symptom.endsWith(".") && hints.length <= 3 && hints.length > 0);
  assert.equal(cases.length, FAULTS.length);
});

test("docs/lab.md names each fault's symptom, by its number", () => {
  const text = readFileSync(new URL("../../docs/lab.md", import.meta.url), "utf8");

  for (const [at, { symptom }] of FAULTS.entries())
    assert.ok(text.includes(`| ${at + 1} | ${symptom} |`), symptom);
});

describe("each fault", () => {
  for (const [at, fault] of FAULTS.entries())
    test(`${at + 1}: ${fault.symptom}`, async () => {
      const { probe, cause, repair, decoy } = cases[at]!;

      await fault.inject(stand);
      const { part, why } = await marked(probe(stand));
      const injected = await problemsOf(stand);
      await decoy(stand);
      const withDecoy = await problemsOf(stand);
      await deployed();
      const byDeploy = await problemsOf(stand);
      await fault.inject(stand);
      await repair(stand);
      const byHand = await problemsOf(stand);
      await deployed();
      const { resources } = await deploy({ name: "lab", region: local.region, dryRun: true });

      assert.equal(part, fault.part);
      assert.match(why, cause);
      assert.notDeepEqual(injected, []);
      assert.notDeepEqual(withDecoy, []);
      assert.deepEqual(byDeploy, []);
      assert.deepEqual(byHand, []);
      assert.deepEqual(
        resources.filter(({ outcome }) => outcome !== "unchanged"),
        [],
      );
    });
});
