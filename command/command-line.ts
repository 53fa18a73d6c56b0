/** The command line of deploy and teardown: region, output, errors and exit codes. Its options are in start.ts. */

import { createInterface } from "node:readline/promises";
import { STSClient } from "@aws-sdk/client-sts";
import { type Aws, connect } from "../converge/aws.ts";
import { inWords, Refusal, type Words } from "../converge/errors.ts";
import { type Progress, silent } from "../converge/progress.ts";
import { explainCalls } from "./explain.ts";
import { wrapped } from "./lines.ts";
import { createProgress } from "./progress.ts";
import { showStacks } from "./stacks.ts";
import type { Options, Story } from "./start.ts";
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

/** Runs a command; returns the exit code: 0 done, 1 failed, or the command's own. */
export async function runCommand(options: Options, { run }: Story): Promise<number> {
  const progress = await createProgress();
  process.once("SIGINT", () => interrupted(progress));
  try {
    const region = options.region ?? (await configuredRegion());
    if (!options.onAws) await assertMeant(async question => canAnswer(options) && isAnsweredYes(question));
    const aws = connect(region);
    if (options.explain) explainCalls(aws, text => progress.tell({ kind: "note", text }));
    const args = { ...options, region, aws, progress };
    return options.flags.list ? await showStacks(args) : await run(args);
  } catch (error) {
    report(error);
    return 1;
  }
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
  const { columns } = process.stderr; // undefined where it is no terminal
  if (trouble)
    process.stderr.write(
      `\n${wrapped(trouble.message, columns, "  ")}\n${wrapped(trouble.remedy, columns)}\n`,
    );
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
  const answer = await terminal
    .question(wrapped(`${question} Type yes: `, process.stderr.columns))
    .catch(() => "no"); // Ctrl-D
  terminal.close();
  return answer.trim() === "yes";
}

function interrupted(progress: Progress): never {
  progress.tell({ kind: "interrupted" });
  process.stderr.write("\nInterrupted. What is done is kept: run the same command again to go on.\n");
  process.exit(130);
}
