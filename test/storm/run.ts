/** Goes through seeds: `npm run storm -- --seeds 10000`, or one again: `npm run storm -- --seed 4711`. */
import { parseArgs } from "node:util";
import { promises } from "./promises.ts";
import { Simulation } from "./simulation.ts";

/** What some seeds have gone through. */
export interface Tally {
  seeds: number;
  calls: number;
  kills: number;
  faults: Record<string, number>;
}

/** Keeps a promise in one seed's weather. Throws an error that names the seed when it is broken. */
export async function keep(name: string, seed: number, tally: Tally): Promise<void> {
  const simulation = await Simulation.start(seed);
  try {
    await promises[name]!(simulation);
  } catch (cause) {
    throw new Error(`Broken: "${name}". Replay it: npm run storm -- --seed ${seed} --promise "${name}"`, {
      cause,
    });
  } finally {
    await simulation.close();
  }
  tally.seeds++;
  tally.calls += simulation.calls;
  tally.kills += simulation.kills;
  for (const [fault, times] of Object.entries(simulation.weather.faults)) {
    tally.faults[fault] = (tally.faults[fault] ?? 0) + times;
  }
}

const usage = `Usage: npm run storm -- [options]

Keeps each promise of deploy and teardown in the weather of many seeds.

Options:
  --seeds <n>      how many seeds for each promise (default: 100)
  --from <n>       the first of them (default: 1)
  --seed <n>       this one alone
  --promise <text> only the promises whose sentence contains this
  --help           show this help
`;

async function main(): Promise<number> {
  const string = { type: "string" } as const;
  const options = {
    seeds: string,
    from: string,
    seed: string,
    promise: string,
    help: { type: "boolean" },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const first = Number(values.seed ?? values.from ?? 1);
  const count = values.seed ? 1 : Number(values.seeds ?? 100);
  const tally: Tally = { seeds: 0, calls: 0, kills: 0, faults: {} };
  let violations = 0;
  for (const name of Object.keys(promises).filter(name => name.includes(values.promise ?? ""))) {
    const before = violations;
    const started = performance.now();
    for (let seed = first; seed < first + count; seed++) {
      await keep(name, seed, tally).catch(error => {
        violations++;
        console.error(error);
      });
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`${violations - before} violations in ${count} seeds (${seconds} s): ${name}`);
  }
  console.log(`${tally.calls} calls, ${tally.kills} kills, faults:`, tally.faults);
  return violations > 0 ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) process.exit(await main());
