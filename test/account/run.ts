/** Runs the suite of deploy and teardown on a real account: `npm run test:aws -- --account 123456789012`. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isAnsweredYes } from "../../command/command-line.ts";
import { type Aws, connect, identify } from "../../converge/aws.ts";
import { inWords, Refusal } from "../../converge/errors.ts";
import { TYPESCRIPT } from "../shared/run-script.ts";
import { PREFIX, removeLeftovers } from "./leftovers.ts";
import { estimate, planText } from "./plan.ts";
import { asTable, differences, read } from "./record.ts";

const usage = `Usage: npm run test:aws -- [options]

Runs the suite of deploy and teardown: on the account that is named and on no other; without one, against the endpoint
of AWS_ENDPOINT_URL or on the local AWS. On an account it says first what it will do and asks; it removes all that it
has made; and it reports what AWS answers otherwise than the local AWS.

Options:
  --account <id>     the account; the credentials must be its own
  --region <region>  where (default: AWS_REGION)
  --only <file>      this part alone: deploy, drift, ownership, teardown or page
  --yes              do not ask
  --clean-up         only remove what runs before this one have left
  --help             show this help
`;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ANYWHERE = join(ROOT, "test/deploy/anywhere");

/** What only an emulator can do. */
const LEFT_OUT: Record<string, string> = { faults: "needs calls that fail on demand" };

interface Options {
  account?: string;
  region?: string;
  only?: string;
  yes?: boolean;
  "clean-up"?: boolean;
  help?: boolean;
}

/** The files of the suite by their names; the page has one of its own, as not every endpoint serves one. */
const FILES: Record<string, string> = Object.fromEntries([
  ...readdirSync(ANYWHERE).map(file => [file.replace(".test.ts", ""), join(ANYWHERE, file)]),
  ["page", join(ROOT, "test/account/page.ts")],
]);

process.exitCode = await main().catch(error => {
  const { message, remedy } = inWords(error);
  console.error(`${message}\n${remedy}`);
  return 1;
});

async function main(): Promise<number> {
  const string = { type: "string" } as const;
  const boolean = { type: "boolean" } as const;
  const options = { account: string, region: string, only: string, yes: boolean, "clean-up": boolean };
  const { values } = parseArgs({ options: { ...options, help: boolean } });
  if (values.account) return onAccount(values.account, values);
  if (!values.help) return runFiles(Object.values(FILES).filter(file => file.startsWith(ANYWHERE))).ended;
  console.log(usage);
  return 0;
}

async function onAccount(account: string, options: Options): Promise<number> {
  const aws = await awsOf(account, options.region ?? process.env.AWS_REGION);
  const cleanUp = `npm run test:aws -- --account ${account} --region ${aws.region} --clean-up`;
  if (options["clean-up"]) return leaveNothing(aws, cleanUp);
  const files = chosen(options.only);
  const directory = mkdtempSync(join(tmpdir(), "suite-"));
  try {
    const [here, there] = [join(directory, "local"), join(directory, "aws")];
    await rehearse(files, aws.region, here);
    const { calls } = read(here);
    console.log(planText(calls, account, aws.region));
    if (!options.yes && !(await isAnsweredYes("Go on?"))) return 1;
    console.log(`Should this be killed: ${cleanUp}\n`);
    const failed = await runThere(aws, files, there);
    const left = await leaveNothing(aws, cleanUp);
    report(read(there), calls);
    return failed || left;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The way to AWS, if its credentials are the named account's. */
async function awsOf(account: string, region: string | undefined): Promise<Aws> {
  if (!region) throw new Refusal("Cannot tell in which region to work.", "Say --region, or set AWS_REGION.");
  const aws = connect(region);
  if (aws.endpoint)
    throw new Refusal(
      `Cannot run on an account because AWS_ENDPOINT_URL leads to ${aws.endpoint}.`,
      "Unset it, or leave --account out.",
    );
  const { account: actual } = await identify(aws);
  if (actual === account) return aws;
  throw new Refusal(
    `Cannot run on the account ${account} because the credentials are of the account ${actual}. Nothing was changed.`,
    "Name the account that is meant, or choose its credentials (AWS_PROFILE).",
  );
}

function chosen(only: string | undefined): string[] {
  const names = Object.keys(FILES).filter(name => !LEFT_OUT[name]);
  if (only && !names.includes(only))
    throw new Refusal(`Cannot run "${only}" alone.`, `There are ${names.join(", ")}.`);
  return names.filter(name => !only || name === only).map(name => FILES[name]!);
}

/** The same on the local AWS: what is broken here is broken there, and what it answers is compared in the end. */
async function rehearse(files: string[], region: string, record: string): Promise<void> {
  console.log("Rehearsing on the local AWS ...");
  // What leads to AWS under its names in a test of this command would lead astray here.
  const { NODE_OPTIONS: _, SUITE_SWITCHES: __, ...environment } = process.env;
  const options = { ...environment, AWS_REGION: region, SUITE_RECORD: record };
  const { said, ended } = runFiles(files, options, "pipe");
  if ((await ended) === 0) return;
  console.log((await said).join(""));
  throw new Refusal("Cannot run the suite because it fails on the local AWS.", "Mend that first.");
}

/** Runs it on AWS. Ctrl-C ends the tests, not what follows: everything is removed all the same. */
async function runThere(aws: Aws, files: string[], record: string): Promise<number> {
  const run = Math.random().toString(36).slice(2, 6).padEnd(4, "0");
  const environment = { SUITE_REGION: aws.region, SUITE_PREFIX: `${PREFIX}${run}-`, SUITE_RECORD: record };
  const { child, ended } = runFiles(files, { ...process.env, ...environment });
  process.once("SIGINT", () => child.kill("SIGINT"));
  return ended;
}

interface Run {
  child: ChildProcess;
  said: Promise<string[]>;
  ended: Promise<number>;
}

/** One file after the other, each test by itself: an account has quotas. */
function runFiles(files: string[], env = process.env, output: "inherit" | "pipe" = "inherit"): Run {
  const flags = [...TYPESCRIPT, "--test", "--test-concurrency=1", "--test-reporter=spec"];
  const child = spawn(process.execPath, [...flags, ...files], { env, stdio: ["ignore", output, output] });
  const said = Promise.all(
    [child.stdout, child.stderr].map(async stream => (await stream?.toArray())?.join("") ?? ""),
  );
  const ended = new Promise<number>(resolve => child.on("close", code => resolve(code ?? 1)));
  return { child, said, ended };
}

async function leaveNothing(aws: Aws, cleanUp: string): Promise<number> {
  console.log("\nRemoving what is left:");
  const left = await removeLeftovers(aws, line => console.log(`  ${line}`)).catch(error => {
    const { message, remedy } = inWords(error);
    return [`${message} ${remedy}`];
  });
  console.log(left.length === 0 ? "Nothing is left." : `Left: ${left.join(", ")}\nTry again: ${cleanUp}`);
  return left.length === 0 ? 0 : 1;
}

function report({ calls, times }: ReturnType<typeof read>, local: ReturnType<typeof read>["calls"]): void {
  const rows = differences(calls, local);
  const took = times.map(({ command, ms }) => `${command} ${(ms / 1000).toFixed(1)} s`).join(", ");
  const leftOut = Object.entries(LEFT_OUT).map(([name, why]) => `${name} (${why})`);
  console.log(`
${calls.length} calls; estimated were at most ${Math.ceil(estimate(local))} seconds.${took && `\nTook: ${took}.`}
Left out: ${leftOut.join(", ")}; test/storm (virtual time), and all tests of a single function.

${rows.length === 0 ? "AWS answered everything as the local AWS does." : asTable(rows)}`);
}
