import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { plainProgress, planText } from "../resources/progress.ts";
import type { Result } from "../resources/steps.ts";
import { timeline } from "../resources/timeline.ts";

const result = (part: Partial<Result>): Result => ({
  type: "table",
  name: "shop",
  outcome: "created",
  changes: [],
  start: 0,
  ms: 1000,
  ...part,
});

/** What plain progress writes for a result. */
function written(part: Partial<Result>): string {
  let text = "";
  const progress = plainProgress({ write: more => (text += more) });
  progress.done(result(part));
  return text;
}

describe("plain progress", () => {
  test("is a line a resource, with the time that the work took", () => {
    assert.equal(written({}), "created   table shop (1.0 s)\n");
    assert.equal(written({ outcome: "unchanged" }), "unchanged table shop\n");
  });

  test("names each setting that changes, from what to what, down to the member", () => {
    const changes = [
      { setting: "retention", from: undefined, to: 14 },
      { setting: "environment", from: { A: "1", B: "2" }, to: { A: "1", B: "3" } },
    ];

    const text = written({ outcome: "updated", changes });

    assert.match(text, /\n +retention: \(none\) -> 14\n +environment B: "2" -> "3"\n$/);
  });

  test("says why a resource failed", () => {
    assert.match(written({ outcome: "failed", error: new Error("no luck") }), /^failed.*\n.*no luck\n$/);
  });

  test("holds no colours", () => {
    assert.ok(!written({}).includes("\u001b"));
  });
});

describe("a dry run's plan", () => {
  test("says what would be done", () => {
    const results = [result({}), result({ outcome: "removed" }), result({ outcome: "unchanged" })];

    const text = planText(results);

    assert.match(
      text,
      /^would create table shop\nwould remove table shop\nunchanged {4}table shop\n\nNothing/,
    );
  });
});

describe("the timeline", () => {
  test("has a bar for each step, where and as long as it worked, and what it waited for", () => {
    const picture = timeline([
      result({ type: "role", start: 0, ms: 500 }),
      result({ type: "function", start: 500, ms: 500, after: "role" }),
    ]);

    const [role, fn] = picture.trim().split("\n");
    assert.equal(role!.trimEnd(), `role       ${"█".repeat(18)}${" ".repeat(18)}   0.50 s`);
    assert.equal(fn, `function   ${" ".repeat(18)}${"█".repeat(18)}   0.50 s  after role`);
  });

  test("leaves out what did nothing, and is empty where nothing was done", () => {
    assert.equal(timeline([result({ outcome: "unchanged" })]), "");
  });

  test("shows even the shortest step", () => {
    const picture = timeline([result({ type: "slow", ms: 99_000 }), result({ type: "quick", ms: 0 })]);

    assert.match(picture, /quick +█ /);
  });
});
