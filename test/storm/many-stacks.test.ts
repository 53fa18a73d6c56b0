/** Twenty stacks in one account, within the quotas that API Gateway gives it, in virtual time. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CLEAR } from "local-aws";
import { stacksIn } from "../../converge/stacks.ts";
import { Simulation } from "./simulation.ts";

const NAMES = Array.from({ length: 20 }, (_, index) => `pr-${index + 1}`);
/** This one's deploy is killed in the middle. */
const KILLED = "pr-7";

describe("twenty stacks of a team", () => {
  let simulation: Simulation;
  before(async () => {
    simulation = await Simulation.start(20);
    simulation.weather.set({ ...CLEAR, states: 2000, quotas: true });
  });
  after(() => simulation.close());

  const listed = () => simulation.settle(stacksIn(simulation.connected(), "dynamosync:stack"));

  test("go up one after the other, and each is listed, half a one too", async () => {
    const ends = [];
    for (const name of NAMES) {
      const kill = name === KILLED ? { call: 25, after: true } : undefined;
      const { kind } = await simulation.settle(simulation.deploy({ name }, kill));
      ends.push(kind);
    }

    assert.deepEqual(
      ends,
      NAMES.map(name => (name === KILLED ? "killed" : "done")),
    );
    const stacks = await listed();
    assert.deepEqual(stacks.map(({ name }) => name).sort(), [...NAMES].sort());
    const held = new Map(stacks.map(({ name, holds }) => [name, holds.length]));
    assert.equal(held.get("pr-8"), 6);
    assert.ok(held.get(KILLED)! < 6);
  });

  test("are all removed by the list, and leave nothing", async () => {
    for (const { name } of await listed()) {
      const ended = await simulation.settle(simulation.teardown({ name }));
      assert.equal(ended.kind, "done", name);
    }

    assert.deepEqual(await listed(), []);
    assert.ok((simulation.weather.faults.throttled ?? 0) > 0, "no quota was met");
  });
});
