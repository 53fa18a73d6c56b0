/** What a view is sent while requests come: soon, and no more than anybody can look at. In virtual time. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import FakeTimers from "@sinonjs/fake-timers";
import type { Span, Trace } from "local-aws";
import { Feed } from "../../dev/view/feed.ts";
import type { Update } from "../../dev/view/shown.ts";

let clock: FakeTimers.Clock;
let feed: Feed;
let updates: Update[];

beforeEach(() => {
  clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  feed = new Feed();
  updates = [];
  feed.open(update => updates.push(update));
  updates.length = 0; // what was before
});
afterEach(() => clock.uninstall());

const traceOf = (id: string, outcome: Span["outcome"] = "passed"): Trace => ({
  id,
  kind: "api",
  time: 0,
  method: "GET",
  url: `/items?id=${id}`,
  status: 200,
  ms: 1,
  spans: [{ part: "lambda", what: "", outcome, why: "", at: 0, ms: 1 }],
});

const shownIds = () => updates.flatMap(({ traces }) => traces.map(({ id }) => id));

test("a request is sent within 25 ms of its answer, those of that moment together", () => {
  feed.add(traceOf("a"));
  clock.tick(20);
  feed.add(traceOf("b"));
  clock.tick(5);

  assert.equal(updates.length, 1);
  assert.deepEqual(shownIds(), ["a", "b"]);
});

test("of 50 requests a second for ten seconds, 20 a second are sent, each that failed, and all are counted", () => {
  for (let request = 0; request < 500; request++) {
    feed.add(traceOf(`${request}`, request % 25 === 0 ? "failed" : "passed"));
    clock.tick(20);
  }
  clock.tick(50);

  const skipped = updates.reduce((sum, update) => sum + update.skipped, 0);
  const failed = shownIds().filter(id => Number(id) % 25 === 0);
  assert.equal(shownIds().length + skipped, 500);
  assert.ok(shownIds().length <= 20 + 20 * 10, `${shownIds().length} shown`);
  assert.equal(failed.length, 20);
});

test("a deploy goes on under its id: whoever opens a view later sees it once, as it is", () => {
  const deploy = { ...traceOf("d"), kind: "deploy" as const };
  feed.addDeploy({ ...deploy, spans: [], isRunning: true });
  feed.addDeploy({ ...deploy, isRunning: false });
  clock.tick(50);
  feed.open(update => updates.push(update));

  const [live, opened] = updates;
  for (const update of [live, opened])
    assert.deepEqual(
      update!.traces.map(({ spans, isRunning }) => [spans.length, isRunning]),
      [[1, false]],
    );
});

test("what it would have cost counts the time that functions ran, not the time that requests waited for one", () => {
  const environment = { isCold: true, initMs: 400, ranMs: 99.5 };
  const { spans, ...trace } = traceOf("a");
  feed.add({ ...trace, spans: [{ ...spans[0]!, ms: 60_000, data: { environment } }] });
  clock.tick(50);

  const lambda = updates[0]!.costs.find(({ part }) => part === "lambda")!;
  const halfASecondOfHalfAGigabyte = 0.5 * 0.5 * (13.3334 / 1_000_000);
  assert.equal(lambda.dollars.toFixed(12), (0.2 / 1_000_000 + halfASecondOfHalfAGigabyte).toFixed(12));
});
