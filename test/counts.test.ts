/** How much is asked of AWS, counted. How fast it is, npm run bench shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { countCourses } from "./round-trips.ts";

const courses = await countCourses();

test("a first deploy makes at most 50 calls, 13 of them one after the other", () => {
  const { calls, roundTrips } = courses.first;

  assert.ok(calls.length <= 50, `${calls.length} calls: ${calls.join(" ")}`);
  assert.ok(roundTrips <= 13, `${roundTrips} round trips`);
});

test("an unchanged deploy knows after 3 round trips, and writes nothing", () => {
  const { calls, writes, roundTrips } = courses.unchanged;

  assert.deepEqual(writes, []);
  assert.ok(roundTrips <= 3, `${roundTrips} round trips`);
  assert.equal(new Set(calls).size, calls.length, `read twice: ${calls.join(" ")}`);
});

test("a change of the code alone writes the code alone", () => {
  const { writes, roundTrips } = courses.codeOnly;

  assert.deepEqual(writes, ["UpdateFunctionCode"]);
  assert.ok(roundTrips <= 5, `${roundTrips} round trips`);
});

test("a change of the page alone writes the page alone", () => {
  const { writes, roundTrips } = courses.pageOnly;

  assert.deepEqual(writes, ["PutObject"]);
  assert.ok(roundTrips <= 4, `${roundTrips} round trips`);
});

test("a teardown removes in 9 writes what a deploy has made, with at most 30 calls", () => {
  const { calls, writes, roundTrips } = courses.teardown;

  assert.equal(writes.length, 9, writes.join(" "));
  assert.ok(calls.length <= 30, `${calls.length} calls: ${calls.join(" ")}`);
  assert.ok(roundTrips <= 8, `${roundTrips} round trips`);
});
