/** The promises of deploy and teardown over many seeds; `npm run storm` goes through more. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { promises } from "./promises.ts";
import { emptyTally, keep, promiseOf } from "./run.ts";

const SEEDS = 300;

describe("in the weather of many seeds", () => {
  for (const promise of Object.keys(promises)) {
    test(promise, async () => {
      const tally = emptyTally();

      for (let seed = 0; seed < SEEDS; seed++) if (promiseOf(seed) === promise) await keep(seed, tally);

      const faults = Object.values(tally.faults).reduce((sum, times) => sum + times, 0);
      assert.equal(tally.seeds, SEEDS / Object.keys(promises).length);
      assert.ok(faults > 20, `only ${faults} faults: there was no weather`);
    });
  }
});
