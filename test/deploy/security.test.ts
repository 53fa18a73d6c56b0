/** docs/security.md says of each control of AWS Security Hub what the deployed stack shows. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { type Answers, answersAbout } from "./answers.ts";
import { EXAMPLES } from "./control-examples.ts";
import { BEYOND, type Judge, STANDARD } from "./controls.ts";
import { clients, restApiId, wanted } from "./privileges.ts";

interface Row {
  control: string;
  verdict: string;
  reason: string;
}

const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");
const sectionOf = (heading: RegExp) => page.split(/^## /m).find(section => heading.test(section)) ?? "";

/** The rows of a section's table: control, what it asks, what the stack does, and why. */
const rowsOf = (heading: RegExp): Row[] =>
  [...sectionOf(heading).matchAll(/^\| ([^|]+?) \| [^|]+ \| ([^|]+?) \| *([^|]*?) *\|$/gm)]
    .map(([, control = "", verdict = "", reason = ""]) => ({ control, verdict, reason }))
    .filter(({ control }) => control !== "control" && !control.startsWith("-"));

const TABLES = {
  "AWS Foundational Security Best Practices": { rows: rowsOf(/^What the standard asks/), judges: STANDARD },
  "what the standard does not ask": { rows: rowsOf(/^Beyond the standard/), judges: BEYOND },
};

const verdictOf = (judge: Judge, answers: Answers) => (judge(answers) ? "passes" : "fails, accepted");

/** What the table and the judges do not agree on. */
const differences = (rows: Row[], judges: Record<string, Judge>, answers: Answers): string[] => {
  const said = Object.fromEntries(rows.map(({ control, verdict }) => [control, verdict]));
  const names = new Set([...Object.keys(said), ...Object.keys(judges)]);
  return [...names].filter(name => said[name] !== (judges[name] && verdictOf(judges[name], answers)));
};

const answers = await answersAbout(clients, wanted, restApiId);
const changed = (change: (answers: Answers) => unknown) => {
  const copy = structuredClone(answers);
  change(copy);
  return copy;
};

for (const [name, { rows, judges }] of Object.entries(TABLES))
  describe(name, () => {
    test("is told as AWS's answers about the deployed stack show it, each control once", () => {
      const controls = rows.map(({ control }) => control);

      assert.deepEqual(differences(rows, judges, answers), []);
      assert.deepEqual(controls, [...new Set(controls)]);
    });

    test("has a reason for each control that is not met", () => {
      const bare = rows.filter(({ verdict, reason }) => verdict !== "passes" && reason.length < 40);

      assert.deepEqual(bare, []);
    });

    for (const [control, judge] of Object.entries(judges))
      test(`${control}: a stack that differs is judged otherwise, and its row no longer true`, () => {
        const { meets, breaks } = EXAMPLES[control]!;

        assert.equal(judge(changed(meets)), true);
        assert.equal(judge(changed(breaks)), false);
        const other = changed(judge(answers) ? breaks : meets);
        assert.ok(differences(rows, judges, other).includes(control));
      });
  });

/** The controls of these services in the standard. https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html */
const ALL: Record<string, number[]> = {
  APIGateway: [1, 2, 3, 4, 5, 8, 9, 10, 11],
  DynamoDB: [1, 2, 3, 6, 7],
  IAM: [1, 2, 3, 4, 5, 6, 7, 8, 21],
  KMS: [1, 2],
  Lambda: [1, 2, 5],
  S3: [1, 2, 3, 5, 6, 8, 9, 12, 13, 19, 24, 25],
};

describe("what cannot apply", () => {
  const listed = [...sectionOf(/^What cannot apply/).matchAll(/\*\*(.+?)\*\*/g)].flatMap(
    ([, controls = ""]) => controls.split(", "),
  );

  test("is the rest of the standard's controls, each with the reason", () => {
    const all = Object.entries(ALL).flatMap(([service, numbers]) => numbers.map(n => `${service}.${n}`));

    assert.deepEqual([...Object.keys(STANDARD), ...listed].sort(), all.sort());
  });

  test("does not apply: the function is in no VPC", () => {
    assert.equal(answers.fn.VpcConfig?.VpcId, undefined);
  });
});
