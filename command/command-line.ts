/** The command line of deploy and teardown: options, output, errors and exit codes. */

import { realpathSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { STSClient } from "@aws-sdk/client-sts";
import { type Aws, connect } from "../converge/aws.ts";
import { inWords, Refusal, type Words } from "../converge/errors.ts";
import { type Progress, silent } from "../converge/progress.ts";
import { DEFAULT_NAME, NAME_PATTERN } from "../stack.ts";
import { explainCalls } from "./explain.ts";
import { createProgress } from "./progress.ts";
import { showStacks } from "./stacks.ts";
import { assertMeant, firstRemedy } from "./which-cloud.ts";

/** What a command is called with. */
export interface Arguments {
  name: string;
  region: string;
  aws: Aws;
  progress: Progress;
  json: boolean;
  /** The command's own switches. */
  flags: Record<string, boolean>;
}

export interface Command {
  usage: string;
  /** Names of the switches that the command has besides those of both. */
  flags: string[];
  /** Does it; returns the exit code. */
  run(args: Arguments): Promise<number>;
}

/** Whether a module is the program that was started, rather than one that was imported. */
export const isMain = (moduleUrl: string): boolean =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);

/** Runs a command and ends the process: 0 done, 1 failed, 2 wrong usage. */
export async function runCommand(command: Command): Promise<void> {
  const parsed = parse(command, process.argv.slice(2));
  if ("exitCode" in parsed) {
    process.exitCode = parsed.exitCode;
    return;
  }
  const progress = await createProgress();
  process.once("SIGINT", () => interrupted(progress));
  try {
    const region = parsed.region ?? (await configuredRegion());
    if (!parsed.onAws) await assertMeant(async question => canAnswer(parsed) && isAnsweredYes(question));
    const aws = connect(region);
    if (parsed.explain) explainCalls(aws, text => progress.tell({ kind: "note", text }));
    const args = { ...parsed, region, aws, progress };
    process.exitCode = parsed.flags.list ? await showStacks(args) : await command.run(args);
  } catch (error) {
    report(error);
    process.exitCode = 1;
  }
}

function parse({ usage, flags }: Command, args: string[]) {
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
    if (!NAME_PATTERN.test(name)) throw new Error(`--name must match ${NAME_PATTERN.source}: ${name}`);
    if (rest["exit-code"] && !rest["dry-run"]) throw new Error("--exit-code goes with --dry-run.");
    return { name, region, explain, json, onAws, flags: rest as Record<string, boolean> };
  } catch (error) {
    const first = (error as Error).message.split("\n")[0];
    return say(process.stderr, `${first}\nTry --help.\n`, 2);
  }
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

/** The region of AWS_REGION or of the profile, as the SDK finds it. */
async function configuredRegion(): Promise<string> {
  try {
    return await new STSClient({}).config.region();
  } catch (cause) {
    throw new Refusal(
      "Cannot tell in which region to work because none is configured.",
      `${firstRemedy()}Say --region eu-central-1 (for example), or set AWS_REGION.`,
      { cause },
    );
  }
}

/** Says what went wrong in words; where, only with DEBUG. */
function report(error: unknown): void {
  const { message, remedy } = inWords(error);
  const isWithout = error instanceof Error && error.name === "CredentialsProviderError";
  tellTrouble({ message, remedy: isWithout ? firstRemedy() + remedy : remedy });
  if (process.env.DEBUG) console.error(error);
}

/** Says what went wrong, if something did; returns the exit code. */
export function tellTrouble(trouble: Words | undefined): number {
  if (trouble) process.stderr.write(`\n${trouble.message}\n${trouble.remedy}\n`);
  return trouble ? 1 : 0;
}

/** Whether a person sits there: one who reads what is asked, and whose answer no program waits for. */
const canAnswer = ({ json }: { json: boolean }) =>
  !json && !process.env.CI && (process.stdout.isTTY ?? false);

/** Asks on the terminal; where nobody can answer, the answer is no. */
export async function isAnsweredYes(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on("SIGINT", () => interrupted(silent));
  const answer = await terminal.question(`${question} Type yes: `).catch(() => "no"); // Ctrl-D
  terminal.close();
  return answer.trim() === "yes";
}

function interrupted(progress: Progress): never {
  progress.tell({ kind: "interrupted" });
  process.stderr.write("\nInterrupted. What is done is kept: run the same command again to go on.\n");
  process.exit(130);
}
