/** How deploy and teardown start: their options. Whoever asks for help, or mistypes, loads nothing else. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { DEFAULT_NAME, NAME_PATTERN, NAME_RULE } from "../stack.ts";
import type { Arguments } from "./command-line.ts";
import { USAGES, type Usage } from "./usage.ts";

/** What a command is called with. */
export interface Options {
  name: string;
  region: string | undefined;
  explain: boolean;
  json: boolean;
  onAws: boolean;
  /** The command's own switches. */
  flags: Record<string, boolean>;
}

/** What a command does; returns the exit code. */
export interface Story {
  run: (args: Arguments) => Promise<number>;
}

/** Runs a command and ends the process: 0 done, 1 failed, 2 wrong usage. */
export async function start(command: keyof typeof USAGES, load: () => Promise<Story>): Promise<void> {
  const options = parse(USAGES[command], process.argv.slice(2));
  if ("exitCode" in options) {
    process.exitCode = options.exitCode;
    return;
  }
  const [{ runCommand }, story] = await Promise.all([import("./command-line.ts"), load()]);
  process.exitCode = await runCommand(options, story);
}

function parse({ usage, flags }: Usage, args: string[]): Options | { exitCode: number } {
  const boolean = { type: "boolean", default: false } as const;
  const options: ParseArgsConfig["options"] = {
    name: { type: "string", default: DEFAULT_NAME },
    region: { type: "string" },
    help: { ...boolean, short: "h" },
    ...Object.fromEntries(["explain", "json", "on-aws", ...flags].map(flag => [flag, boolean])),
  };
  try {
    const { values } = parseArgs({ args, options });
    const { name, region, help, explain, json, "on-aws": onAws, ...rest } = values as Values;
    if (help) return say(process.stdout, usage, 0);
    assertName(name);
    if (rest["exit-code"] && !rest["dry-run"]) throw new Error("--exit-code goes with --dry-run.");
    return { name, region, explain, json, onAws, flags: rest as Record<string, boolean> };
  } catch (error) {
    const first = (error as Error).message.split("\n")[0];
    return say(process.stderr, `${first}\nTry --help.\n`, 2);
  }
}

/** Throws unless a stack may have that name. */
export function assertName(name: string): void {
  if (!NAME_PATTERN.test(name)) throw new Error(`--name takes ${NAME_RULE}, not "${name}".`);
}

interface Values extends Record<string, string | boolean | undefined> {
  name: string;
  region: string | undefined;
  help: boolean;
  explain: boolean;
  json: boolean;
  "on-aws": boolean;
}

function say(stream: NodeJS.WriteStream, text: string, exitCode: number) {
  stream.write(text);
  return { exitCode };
}
