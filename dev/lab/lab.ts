/** `npm run lab`: breaks the stack of a running `npm start` in one of the ways that people break theirs. docs/lab.md */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deploy } from "../../ensure.ts";
import { DEFAULT_NAME } from "../../stack.ts";
import { problemsOf } from "./check.ts";
import { FAULTS, type Fault } from "./faults.ts";
import { type Stand, standOf, useExports } from "./stand.ts";

const USAGE = `Usage: npm run lab -- NUMBER | check | hint | reset
                      [--secret] [--name N] [--directory D]

  NUMBER     breaks the stack of the running npm start: 1 to ${FAULTS.length}
  --secret   breaks it without saying how; without a number, in any of the ways
  hint       says a little more, three times
  check      says whether it is repaired, by whatever means
  reset      deploys: everything as stack.ts says`;

/** What is injected, and how many hints were given. */
interface State {
  number: number;
  hints: number;
  isSecret: boolean;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    secret: { type: "boolean", default: false },
    name: { type: "string", default: DEFAULT_NAME },
    directory: { type: "string", default: fileURLToPath(new URL("../../.local", import.meta.url)) },
  },
});
const file = join(values.directory, "lab.json");

async function run(word: string): Promise<number> {
  const number = word === "any" ? 1 + Math.floor(Math.random() * FAULTS.length) : Number(word);
  const fault = FAULTS[number - 1];
  const command = COMMANDS[word];
  if (!fault && !command) {
    console.log(USAGE);
    return word === "help" ? 0 : 2;
  }
  useExports(values.directory);
  const stand = await standOf(values.name);
  return command ? command(stand) : inject(stand, fault!, number);
}

async function inject(stand: Stand, fault: Fault, number: number): Promise<number> {
  await reset(stand);
  await fault.inject(stand);
  await keep({ number, hints: 0, isSecret: values.secret });
  console.log(values.secret ? "Something is broken. What do you see?" : `${number}. ${fault.symptom}`);
  return 0;
}

const COMMANDS: Record<string, (stand: Stand) => Promise<number>> = {
  async check(stand) {
    const problems = await problemsOf(stand);
    const state = await known();
    const told =
      state?.isSecret && problems.length > 0
        ? [`${problems.length} things are not as they should be.`]
        : problems;
    console.log(problems.length > 0 ? told.join("\n") : "Repaired: everything is as promised.");
    return problems.length > 0 ? 1 : 0;
  },
  async hint() {
    const state = await known();
    if (!state) throw new Error("Nothing is injected: npm run lab -- NUMBER.");
    const { hints } = FAULTS[state.number - 1]!;
    console.log(hints[Math.min(state.hints, hints.length - 1)]);
    await keep({ ...state, hints: state.hints + 1 });
    return 0;
  },
  async reset(stand) {
    await reset(stand);
    await rm(file, { force: true });
    console.log("Everything is as stack.ts says.");
    return 0;
  },
};

const reset = ({ stack, aws }: Stand) => deploy({ name: stack.name, region: stack.region, aws });

const keep = (state: State) => writeFile(file, JSON.stringify(state), { mode: 0o600 });

async function known(): Promise<State | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

try {
  process.exitCode = await run(positionals[0] ?? (values.secret ? "any" : "help"));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
