/** What resources need of one another: the order of the work, and what each is told. No AWS takes part. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silent } from "../../converge/progress.ts";
import type { Known, Resource } from "../../converge/resource.ts";
import { Steps } from "../../converge/steps.ts";
import { makeTimeVirtual, settle } from "../shared/virtual-time.ts";

interface House {
  rooms: number;
}
interface Needs {
  ground: Known<{ area: number }>;
}

/** A resource that is nowhere yet, with what the test is about put in its place. */
const resource = <State, Needs = object>(
  name: string,
  parts: Partial<Resource<State, Needs>> & Pick<Resource<State, Needs>, "create">,
): Resource<State, Needs> => ({
  type: name,
  name,
  read: async () => undefined,
  settings: () => [],
  ...parts,
});

const ground = (parts: Partial<Resource<{ area: number }>> = {}) =>
  resource<{ area: number }>("ground", { create: async () => ({ area: 100 }), ...parts });
const house = (parts: Partial<Resource<House, Needs>> = {}) =>
  resource<House, Needs>("house", { create: async () => ({ rooms: 1 }), ...parts });

const raced = () => Object.assign(new Error("somebody was faster"), { name: "ConflictException" });

describe("a resource", () => {
  test("is made after those that it needs, whose reads it did not wait for, and is told what was made", async () => {
    const events: string[] = [];
    const steps = new Steps();
    const plot = steps.ensure(
      ground({
        read: async () => void events.push("read ground"),
        async create() {
          await new Promise(setImmediate);
          events.push("create ground");
          return { area: 80 };
        },
      }),
    );
    steps.ensure(
      house({
        read: async () => void events.push("read house"),
        async create(needs) {
          const found = await needs.ground();
          events.push(`create house on ${found?.area}`);
          return { rooms: 4 };
        },
      }),
      { ground: plot },
    );

    await steps.look();
    const results = await steps.carryOut(silent);

    assert.deepEqual(events, ["read ground", "read house", "create ground", "create house on 80"]);
    assert.deepEqual(
      results.map(({ type, outcome }) => `${type} ${outcome}`),
      ["ground created", "house created"],
    );
  });

  const asIs: Resource<{ area: number }>["settings"] = () => [];
  const off: Resource<{ area: number }>["settings"] = ({ area }) => [
    { name: "area", actual: area, wanted: 100, call: async () => {} },
  ];
  for (const [what, settings, amended] of [
    ["as it should be", asIs, false],
    ["otherwise", off, true],
  ] as const)
    test(`that needs another one is told when that was found ${what}`, async () => {
      const steps = new Steps();
      const plot = steps.ensure(ground({ read: async () => ({ area: 80 }), settings }));
      const told: unknown[] = [];
      const tell: Resource<House, Needs>["settings"] = async (_, needs) => {
        const { amended, ...found } = (await needs.ground())!;
        told.push({ ...found, amended: await amended() });
        return [];
      };
      steps.ensure(house({ read: async () => ({ rooms: 1 }), settings: tell }), { ground: plot });

      await steps.look();

      assert.deepEqual(told, [{ area: 80, amended, contested: false }]);
    });

  test("that was raced is looked at again, and whoever needs it is told that somebody else worked on it", async () => {
    const clock = makeTimeVirtual();
    const reads = [undefined, { area: 70 }];
    const steps = new Steps();
    const plot = steps.ensure(
      ground({ read: async () => reads.shift(), create: () => Promise.reject(raced()) }),
    );
    const told: unknown[] = [];
    async function create(needs: Needs) {
      const { amended, ...found } = (await needs.ground())!;
      told.push({ ...found, amended: await amended() });
      return { rooms: 1 };
    }
    steps.ensure(house({ create }), { ground: plot });

    await settle(
      steps.look().then(() => steps.carryOut(silent)),
      clock,
    );
    clock.uninstall();

    assert.deepEqual(told, [{ area: 70, amended: true, contested: true }]);
  });

  test("whose settings share a call makes it once, and names those alone that differ", async () => {
    let calls = 0;
    const call = async () => void calls++;
    const setting = (name: string, actual: number) => ({ name, actual, wanted: 1 });
    const settings = [setting("doors", 2), setting("windows", 1), setting("floors", 3)];
    const steps = new Steps();
    steps.ensure(ground({ read: async () => ({ area: 1 }), settings: () => [{ settings, call }] }));

    const [planned] = await steps.look();
    await steps.carryOut(silent);

    assert.deepEqual(
      planned?.changes.map(({ setting }) => setting),
      ["doors", "floors"],
    );
    assert.equal(calls, 1);
  });

  test("does not compile without what it needs, with a misspelt need, or with one of another kind", () => {
    const add = (steps: Steps, plot: Known<{ area: number }>, other: Known<House>) => {
      steps.ensure(house(), { ground: plot });
      // @ts-expect-error: it needs its ground
      steps.ensure(house());
      // @ts-expect-error: it needs its ground
      steps.ensure(house(), {});
      // @ts-expect-error: no such need
      steps.ensure(house(), { ground: plot, gruond: plot });
      // @ts-expect-error: a house is no ground
      steps.ensure(house(), { ground: other });
    };

    assert.ok(add, "that this file compiles is the test");
  });
});
