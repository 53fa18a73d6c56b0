/**
 * Deploy and teardown beside Terraform: the same stack, on the same AWS, each call of which takes 50 ms, in turns. It
 * needs the terraform command, and the AWS provider in a folder of the layout that `terraform providers mirror` makes,
 * named by TERRAFORM_MIRROR.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { buildFunction } from "../bundle/function.ts";
import { buildPage } from "../bundle/page.ts";
import { type Figure, median } from "./figures.ts";
import { inTurns, SCRIPTS, STAGES, type Stage } from "./in-turns.ts";
import { CALL_MS, onSlowAws, type SlowAws } from "./on-slow-aws.ts";
import { type Ended, inDirectory, run } from "./processes.ts";

const ROUNDS = 5;

/** What Terraform calls it. */
const COMMANDS: Record<Stage, string[]> = {
  "first deploy": ["apply", "-auto-approve"],
  "unchanged deploy": ["apply", "-auto-approve"],
  teardown: ["destroy", "-auto-approve"],
};

interface Took {
  ms: number;
  calls: number;
}

/** Runs both in turns. Throws where Terraform or its provider is not installed. */
export const measureTerraform = (): Promise<Figure[]> =>
  inDirectory(async directory => {
    assertInstalled();
    await prepare(directory);
    return onSlowAws(async aws => {
      const run = terraform(directory, aws.env);
      await run("init");
      const versions = versionsIn((await run("version", "-json")).stdout);
      const seen = await inTurns(ROUNDS, {
        ours: stage => counted(aws, () => ours(aws, stage)),
        terraform: stage => counted(aws, () => theirs(run, stage)),
      });
      return STAGES.flatMap(stage => figures(stage, seen[stage], versions));
    });
  });

async function counted({ calls }: SlowAws, work: () => Promise<Ended>): Promise<Took> {
  await calls();
  const { ms } = await work();
  return { ms, calls: await calls() };
}

const ours = ({ env }: SlowAws, stage: Stage) =>
  run([process.execPath, "--import", "tsx", ...SCRIPTS[stage], "--name", "beside"], { env });

async function theirs(terraform: (...line: string[]) => Promise<Ended>, stage: Stage): Promise<Ended> {
  const ended = await terraform(...COMMANDS[stage]);
  if (stage === "unchanged deploy") assert.match(ended.stdout, /No changes\./);
  return ended;
}

function assertInstalled(): void {
  if (spawnSync("terraform", ["version"]).error)
    throw new Error("Cannot measure Terraform because there is no terraform command.");
  if (!process.env.TERRAFORM_MIRROR)
    throw new Error(
      "Cannot measure Terraform because TERRAFORM_MIRROR names no folder with the AWS provider.",
    );
}

/** On what the figures were taken, of what Terraform says of itself. */
function versionsIn(said: string): string {
  const { terraform_version, provider_selections } = JSON.parse(said);
  const [provider] = Object.values(provider_selections);
  const { length, 0: processor } = cpus();
  const machine = `${length} x ${processor?.model}, Node ${process.versions.node}`;
  return `n = ${ROUNDS}, in turns; ${machine}; Terraform ${terraform_version} with its AWS provider ${provider}`;
}

/** What Terraform applies: the same function, the same page, the same settings. */
async function prepare(directory: string): Promise<void> {
  await copyFile(new URL("peers/main.tf", import.meta.url), join(directory, "main.tf"));
  await writeFile(join(directory, "function.zip"), (await buildFunction()).zip);
  await writeFile(join(directory, "index.html"), await buildPage("https://api.example/items"));
  const mirror = JSON.stringify(process.env.TERRAFORM_MIRROR);
  const configuration = `provider_installation {\n  filesystem_mirror { path = ${mirror} }\n}\n`;
  await writeFile(join(directory, "terraform.rc"), configuration);
}

const terraform = (directory: string, aws: Record<string, string>) => {
  const rc = join(directory, "terraform.rc");
  const env = { ...aws, HOME: directory, CHECKPOINT_DISABLE: "1", TF_INPUT: "0", TF_CLI_CONFIG_FILE: rc };
  return (...line: string[]) => run(["terraform", ...line, "-no-color"], { env, cwd: directory });
};

/** A lead is one where the slowest of one side is faster than the fastest of the other. */
function figures(
  stage: Stage,
  { ours, terraform }: Record<"ours" | "terraform", Took[]>,
  versions: string,
): Figure[] {
  const range = (took: Took[]) => {
    const times = took.map(({ ms }) => Math.round(ms));
    return { least: Math.min(...times), most: Math.max(...times) };
  };
  const [mine, theirs] = [range(ours), range(terraform)];
  const ranges = `${mine.least} to ${mine.most} ms beside ${theirs.least} to ${theirs.most}`;
  const lead = mine.most < theirs.least ? "apart" : "they overlap: no lead";
  const figure = (what: keyof Took, unit: string) => ({
    measured: median(ours.map(each => each[what])),
    unit,
    against: { name: "Terraform", measured: median(terraform.map(each => each[what])) },
  });
  return [
    {
      name: `${stage}: whole process, ${CALL_MS} ms a call`,
      ...figure("ms", "ms"),
      note: `${ranges}, ${lead}; ${versions}`,
    },
    { name: `${stage}: calls beside Terraform`, ...figure("calls", "") },
  ];
}
