import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planText } from "../../command/plan.ts";
import { liveProgress, plainProgress } from "../../command/progress.ts";
import { timeline } from "../../command/timeline.ts";
import type { Result } from "../../converge/progress.ts";
import { Screen } from "./screen.ts";

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
  progress.tell({ kind: "done", result: result(part) });
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

    assert.match(text, /\n +\+ retention: 14\n +~ environment B: "2" -> "3"\n$/);
  });

  test("leaves it to the end to say why a resource failed", () => {
    assert.equal(written({ outcome: "failed", error: new Error("no luck") }), "failed    table shop\n");
  });

  test("says for what a resource is skipped", () => {
    const text = written({ outcome: "skipped", waitsFor: ["role", "log group"] });

    assert.equal(text, "skipped   table shop, which waits for the role and the log group\n");
    assert.match(
      written({ outcome: "skipped", waitsFor: ["bucket", "stage", "permission"] }),
      /waits for the bucket, the stage, and the permission\n/,
    );
  });

  test("calls a change a change: whether somebody made it by hand, and it is drift, nobody can see", () => {
    const changes = [{ setting: "code (SHA-256)", from: "a", to: "b" }];

    const told = [
      written({ outcome: "updated", changes }),
      planText([result({ outcome: "updated", changes })]),
    ];

    assert.match(told[0]!, /^updated +table shop/);
    assert.match(told[1]!, /would update table shop[\s\S]*1 to change/);
    assert.doesNotMatch(told.join(), /drift/i);
  });

  test("says nothing while something takes its time", async () => {
    let text = "";
    const progress = plainProgress({ write: more => (text += more) });

    assert.equal(await progress.during("Looking", Promise.resolve(1)), 1);
    assert.equal(text, "");
  });

  test("holds no colours", () => {
    assert.ok(!written({}).includes("\u001b"));
  });
});

describe("live progress", () => {
  async function live(columns: number) {
    const screen = new Screen(columns);
    const progress = await liveProgress(screen as unknown as NodeJS.WriteStream);
    return { screen, progress };
  }

  test("shows what takes its time until it ends, well or not", async () => {
    const { screen, progress } = await live(80);
    let refuse = (_: Error) => {};
    const work = new Promise((_, reject) => {
      refuse = reject;
    });

    const during = progress.during("Looking at what exists", work);
    const meanwhile = screen.text;
    refuse(new Error("no luck"));

    await assert.rejects(during, /no luck/);
    assert.match(meanwhile, /^. Looking at what exists 0\.\d s$/);
    assert.equal(screen.text, "");
  });

  test("shows what is worked on below what is done, and leaves only that", async () => {
    const { screen, progress } = await live(80);

    progress.tell({ kind: "working", result: result({ type: "role", name: "shop" }) });
    progress.tell({ kind: "working", result: result({}) });
    progress.tell({ kind: "done", result: result({ type: "role", name: "shop" }) });
    const meanwhile = screen.text;
    progress.tell({ kind: "note", text: "so far" });
    progress.tell({ kind: "done", result: result({}) });

    assert.match(meanwhile, /^created {3}role shop \(1\.0 s\)\n. creating table shop 0\.\d s$/);
    assert.equal(screen.text, "created   role shop (1.0 s)\nso far\ncreated   table shop (1.0 s)");
  });

  test("cuts a line that is longer than the terminal is wide", async () => {
    const { screen, progress } = await live(24);

    progress.tell({ kind: "working", result: result({ name: "a-long-name-for-a-table" }) });
    const meanwhile = screen.text;
    progress.tell({ kind: "interrupted" });

    assert.match(meanwhile, /^. creating table … 0\.\d s$/);
  });

  test("leaves nothing behind when it is interrupted", async () => {
    const { screen, progress } = await live(80);
    progress.tell({ kind: "note", text: "so far" });
    progress.tell({ kind: "working", result: result({}) });
    progress.tell({ kind: "working", result: result({ type: "role" }) });

    progress.tell({ kind: "interrupted" });

    assert.equal(screen.text, "so far");
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

describe("plain progress", () => {
  test("ends without a word where nothing was done", () => {
    let text = "";
    const progress = plainProgress({ write: more => (text += more) });

    progress.tell({ kind: "done", result: result({ outcome: "unchanged" }) });
    progress.tell({ kind: "ended", results: [result({ outcome: "unchanged" })] });

    assert.equal(text, "unchanged table shop\n");
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

  test("fits into a narrow terminal", () => {
    const picture = timeline([result({ after: "role" }), result({ after: "permission" })], 40);

    const [first, second] = picture.trim().split("\n");
    assert.equal(first, "table      ████████   1.00 s  after role");
    assert.equal(second, "table      ████████   1.00 s  after per…");
  });

  test("shows even the shortest step", () => {
    const picture = timeline([result({ type: "slow", ms: 99_000 }), result({ type: "quick", ms: 0 })]);

    assert.match(picture, /quick +█ /);
  });
});
