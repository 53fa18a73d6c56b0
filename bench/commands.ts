/**
 * The commands' own time: whole processes beside the start of Node, and beside the same commands as they were before
 * they kept what Node makes of the sources. In turns, on an AWS each call of which takes 50 ms. Without tsx, where
 * Node strips types itself.
 */
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { CALL_MS, onSlowAws } from "./deploy.ts";
import { type Budget, type Figure, median } from "./figures.ts";
import { inDirectory, ROOT, run } from "./processes.ts";

const ROUNDS = 5;

/** The last commit before. */
const BEFORE = "414f309";

/** What is run, and at most how many times as long as before it may take. */
const STAGES = {
  "first deploy": { line: ["deploy.ts"], atMost: 0.6 },
  "unchanged deploy": { line: ["deploy.ts"], atMost: 0.4 },
  teardown: { line: ["teardown.ts", "--yes"], atMost: 0.5 },
};
type Stage = keyof typeof STAGES;
type Times = Record<Stage, number[]>;

/** The round trips of an unchanged deploy, of which a test tells that there are no more. */
const ROUND_TRIPS = 3;

const strips = Boolean((process.features as { typescript?: unknown }).typescript);
const NODE = [process.execPath, ...(strips ? [] : ["--import", "tsx"])];

/** The budgets are for Node alone: what tsx takes is not ours. */
const budgetOf = (atMost: number): Budget | undefined => (strips ? { atMost } : undefined);

/** Runs the commands in turns. Fails in a clone that holds no history. */
export const measureCommands = (): Promise<Figure[]> =>
  inDirectory(async directory => {
    await checkOutBefore(directory);
    const [now, before] = await onSlowAws(({ env }) => timeInTurns(env, directory));
    const own = median(now["unchanged deploy"]) - ROUND_TRIPS * CALL_MS;
    const { node, help } = await timeHelp();
    return [
      ...(Object.keys(STAGES) as Stage[]).map(stage => ({
        name: `${stage}: whole process`,
        measured: median(now[stage]),
        unit: "ms",
        against: { name: `${BEFORE}, npx tsx`, measured: median(before[stage]) },
        budget: budgetOf(STAGES[stage].atMost),
      })),
      { name: "unchanged deploy: own time", measured: own, unit: "ms", against: node },
      { name: "--help", measured: help, unit: "ms", against: node, budget: budgetOf(3) },
    ];
  });

async function checkOutBefore(directory: string): Promise<void> {
  const archive = join(directory, "before.tar");
  await run(["git", "archive", "--output", archive, BEFORE]);
  await run(["tar", "-xf", archive, "-C", directory]);
  await symlink(join(ROOT, "node_modules"), join(directory, "node_modules"));
}

async function timeInTurns(env: Record<string, string>, directory: string): Promise<[Times, Times]> {
  const times = (): Times => ({ "first deploy": [], "unchanged deploy": [], teardown: [] });
  const [now, before] = [times(), times()];
  for (let round = 0; round <= ROUNDS; round++)
    for (const [stage, { line }] of Object.entries(STAGES) as [Stage, (typeof STAGES)[Stage]][]) {
      const ours = await run([...NODE, ...line, "--name", "now"], { env });
      const theirs = await run(["npx", "tsx", ...line, "--name", "before"], { env, cwd: directory });
      if (round === 0) continue; // the caches, of both
      now[stage].push(ours.ms);
      before[stage].push(theirs.ms);
    }
  return [now, before];
}

/** The start of Node, and --help: short enough for more rounds. */
async function timeHelp() {
  const starts: number[] = [];
  const helps: number[] = [];
  for (let round = 0; round < 3 * ROUNDS; round++) {
    starts.push((await run([process.execPath, "-e", "0"])).ms);
    helps.push((await run([...NODE, "deploy.ts", "--help"])).ms);
  }
  return { node: { name: "Node's start", measured: median(starts) }, help: median(helps) };
}
