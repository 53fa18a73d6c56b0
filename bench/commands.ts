/**
 * The commands' own time: whole processes beside the start of Node, and beside the same commands as they were before
 * they kept what Node makes of the sources. In turns, on an AWS each call of which takes 50 ms. Without tsx, where
 * Node strips types itself.
 */
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { type Budget, type Figure, median } from "./figures.ts";
import { inTurns, SCRIPTS, STAGES, type Stage } from "./in-turns.ts";
import { CALL_MS, onSlowAws } from "./on-slow-aws.ts";
import { inDirectory, ROOT, run } from "./processes.ts";

const ROUNDS = 5;

/** The last commit before. */
const BEFORE = "414f309";

/** At most how many times as long as before each may take. */
const AT_MOST: Record<Stage, number> = { "first deploy": 0.6, "unchanged deploy": 0.4, teardown: 0.5 };

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
    const timeOf = await onSlowAws(({ env }) => timeInTurns(env, directory));
    const own = timeOf("unchanged deploy", "now") - ROUND_TRIPS * CALL_MS;
    const { node, help } = await timeHelp();
    return [
      ...STAGES.map(stage => ({
        name: `${stage}: whole process`,
        measured: timeOf(stage, "now"),
        unit: "ms",
        against: { name: `${BEFORE}, npx tsx`, measured: timeOf(stage, "before") },
        budget: budgetOf(AT_MOST[stage]),
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

/** A first round fills the caches, of both, and is not counted. */
async function timeInTurns(env: Record<string, string>, directory: string) {
  const seen = await inTurns(ROUNDS + 1, {
    now: stage => run([...NODE, ...SCRIPTS[stage], "--name", "now"], { env }),
    before: stage => run(["npx", "tsx", ...SCRIPTS[stage], "--name", "before"], { env, cwd: directory }),
  });
  return (stage: Stage, side: keyof (typeof seen)[Stage]) =>
    median(seen[stage][side].slice(1).map(({ ms }) => ms));
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
