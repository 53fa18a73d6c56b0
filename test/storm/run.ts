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

export const emptyTally = (): Tally => ({ seeds: 0, calls: 0, kills: 0, faults: {} });

/** The promises take turns: each seed tries one of them. */
export const promiseOf = (seed: number): string =>
  Object.keys(promises)[seed % Object.keys(promises).length]!;

/** Tries the seed's promise in the seed's weather. Throws an error that names the seed when it is broken. */
export async function keep(seed: number, tally: Tally): Promise<void> {
  const simulation = await Simulation.start(seed);
  try {
    await promises[promiseOf(seed)]!(simulation);
  } catch (cause) {
    throw new Error(`Broken: "${promiseOf(seed)}". Replay it: npm run storm -- --seed ${seed}`, { cause });
  } finally {
    await simulation.close();
    tally.seeds++;
    tally.calls += simulation.calls;
    tally.kills += simulation.kills;
    for (const [fault, times] of Object.entries(simulation.weather.faults)) {
      tally.faults[fault] = (tally.faults[fault] ?? 0) + times;
    }
  }
}

const usage = `Usage: npm run storm -- [options]

Tries the promises of deploy and teardown, by turns, in the weather of many seeds.

Options:
  --seeds <n>  how many seeds (default: 1000)
  --from <n>   the first of them (default: 0)
  --seed <n>   this one alone
  --help       show this help
`;

async function main(): Promise<number> {
  const string = { type: "string" } as const;
  const options = { seeds: string, from: string, seed: string, help: { type: "boolean" } } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const first = Number(values.seed ?? values.from ?? 0);
  const count = values.seed ? 1 : Number(values.seeds ?? 1000);
  const tally = emptyTally();
  let violations = 0;
  for (let seed = first; seed < first + count; seed++) {
    await keep(seed, tally).catch(error => {
      violations++;
      console.error(error);
    });
    if (tally.seeds % 500 === 0) console.log(`${tally.seeds} seeds, ${violations} violations`);
  }
  console.log(`${tally.seeds} seeds, ${violations} violations, ${tally.calls} calls, ${tally.kills} kills`);
  console.log("faults:", tally.faults);
  return violations > 0 ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) process.exit(await main());
