/** A run that is killed at any of its calls, before the call or after its effect, is mended by running again. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertCleared, assertMended, done } from "./promises.ts";
import { type Ended, type Kill, Simulation } from "./simulation.ts";

interface Scenario {
  /** Makes the state that the killed run finds. */
  prepare(simulation: Simulation): Promise<unknown>;
  run(simulation: Simulation, kill?: Kill): Promise<Ended<unknown>>;
  mended(simulation: Simulation): Promise<unknown>;
}

const confirm = async () => true;
const deployed = async (simulation: Simulation) => done(await simulation.settle(simulation.deploy()));

const scenarios: Record<string, Scenario> = {
  "a first deploy": {
    prepare: async () => {},
    run: (simulation, kill) => simulation.deploy({}, kill),
    mended: assertMended,
  },
  "an update": {
    async prepare(simulation) {
      await deployed(simulation);
      await simulation.drift(() => true);
    },
    run: (simulation, kill) => simulation.deploy({}, kill),
    mended: assertMended,
  },
  "a teardown": {
    prepare: deployed,
    run: (simulation, kill) => simulation.teardown({ confirm }, kill),
    mended: assertCleared,
  },
};

async function inSimulation<T>(work: (simulation: Simulation) => Promise<T>): Promise<T> {
  const simulation = await Simulation.start(1);
  try {
    return await work(simulation);
  } finally {
    await simulation.close();
  }
}

async function callsOf({ prepare, run }: Scenario): Promise<number> {
  return inSimulation(async simulation => {
    await prepare(simulation);
    const before = simulation.calls;
    done(await simulation.settle(run(simulation)));
    return simulation.calls - before;
  });
}

describe("killed at every call,", () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    test(`${name} is mended by running again`, async () => {
      const calls = await callsOf(scenario);
      assert.ok(calls > 15, `${name} has only ${calls} calls`);
      for (let call = 1; call <= calls; call++) {
        for (const after of [false, true]) {
          await inSimulation(async simulation => {
            await scenario.prepare(simulation);
            const { kind } = await simulation.settle(scenario.run(simulation, { call, after }));
            assert.equal(kind, "killed");
            await scenario.mended(simulation);
          });
        }
      }
    });
  }
});
