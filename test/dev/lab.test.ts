/** The lab: each fault is noticed, and taken for repaired in more than one way, but not by what only looks like it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Aws, startAws } from "local-aws";
import { keepExports } from "../../dev/exports.ts";
import { problemsOf } from "../../dev/lab/check.ts";
import { FAULTS } from "../../dev/lab/faults.ts";
import { type Stand, standOf } from "../../dev/lab/stand.ts";
import { deploy } from "../../ensure.ts";
import "../shared/caller.ts"; // the lab's check has its environment
import { copyProject } from "../shared/project-copy.ts";
import { TYPESCRIPT } from "../shared/run-script.ts";
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
  const page = readFileSync(new URL("../../docs/lab.md", import.meta.url), "utf8");

  for (const [at, { symptom }] of FAULTS.entries())
    assert.ok(page.includes(`| ${at + 1} | ${symptom} |`), symptom);
});

describe("each fault", () => {
  for (const [at, fault] of FAULTS.entries())
    test(`${at + 1}: ${fault.symptom}`, async () => {
      const { repair, decoy } = cases[at]!;

      await fault.inject(stand);
      const injected = await problemsOf(stand);
      await decoy(stand);
      const withDecoy = await problemsOf(stand);
      await deployed();
      const byDeploy = await problemsOf(stand);
      const { resources } = await deploy({ name: "lab", region: local.region, dryRun: true });
      await fault.inject(stand);
      await repair(stand);
      const byHand = await problemsOf(stand);

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

describe("a changed source", () => {
  test("is a repair once it is deployed and all else holds", async t => {
    const theirs = await withSource(t, "requestsPerSecond: 50", "requestsPerSecond: 80");
    await FAULTS[6]!.inject(stand);

    const undeployed = await theirs.problems();
    await theirs.deploy();
    const repaired = await theirs.problems();
    await deployed();

    assert.notDeepEqual(undeployed, []);
    assert.deepEqual(repaired, []);
  });

  test("is none if the API does less than it promises", async t => {
    const theirs = await withSource(t, '"POST", "PUT"', '"POST"');

    await theirs.deploy();
    const problems = await theirs.problems();
    await deployed();

    assert.deepEqual(problems, ["PUT answers 405 instead of 200."]);
  });

  test("is none if it lets the role do everything", async t => {
    const theirs = await withSource(t, '"dynamodb:GetItem", "dynamodb:PutItem"', '"dynamodb:*"');
    await FAULTS[1]!.inject(stand);

    await theirs.deploy();
    const problems = await theirs.problems();
    await deployed();

    assert.match(problems.join(), /^stack.ts lets the role do too much: dynamodb:\*.* on arn:[^,]+$/);
  });
});

/** The deploy and the check of somebody who has changed stack.ts. */
async function withSource(t: TestContext, from: string, to: string) {
  const project = await copyProject("lab-");
  t.after(() => rm(project, { recursive: true, force: true }));
  const source = await readFile(join(project, "stack.ts"), "utf8");
  assert.ok(source.includes(from));
  await writeFile(join(project, "stack.ts"), source.replace(from, to));
  const its = (path: string) => import(pathToFileURL(join(project, path)).href);
  const { deploy: deployIts }: typeof import("../../ensure.ts") = await its("ensure.ts");
  const { standOf: itsStand }: typeof import("../../dev/lab/stand.ts") = await its("dev/lab/stand.ts");
  const check: typeof import("../../dev/lab/check.ts") = await its("dev/lab/check.ts");
  return {
    deploy: () => deployIts({ name: "lab", region: local.region }),
    problems: async () => check.problemsOf(await itsStand("lab")),
  };
}

test("its command breaks, hints, checks and resets; a secret is kept", async t => {
  const directory = await mkdtemp(join(tmpdir(), "lab-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await keepExports(local.environment, directory);
  const lab = async (...words: string[]) => {
    const args = [...TYPESCRIPT, "dev/lab/lab.ts", ...words, "--name", "lab", "--directory", directory];
    const { stdout, status } = spawnLab(args);
    const [code, said] = await Promise.all([status, stdout]);
    return { code, said };
  };

  const injected = await lab("8");
  const hint = await lab("hint");
  const broken = await lab("check");
  const reset = await lab("reset");
  const whole = await lab("check");
  const secret = await lab("8", "--secret");
  const unknown = await lab("99");

  assert.deepEqual([injected.code, injected.said.trim()], [0, `8. ${FAULTS[7]!.symptom}`]);
  assert.equal(hint.said.trim(), FAULTS[7]!.hints[0]);
  assert.equal(broken.code, 1);
  assert.match(broken.said, /function differs from stack.ts: handler/i);
  assert.equal(reset.code, 0);
  assert.deepEqual([whole.code, whole.said.trim()], [0, "Repaired: everything is as promised."]);
  assert.match(secret.said, /^Something is broken/);
  assert.equal(unknown.code, 2);
  await deployed();
});

function spawnLab(args: string[]) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return { stdout: text(child.stdout), status: once(child, "close").then(([code]) => code as number) };
}
