/** `npm start`: the whole stack on this machine, deployed by the very deploy that goes to AWS. */
import { fileURLToPath } from "node:url";
import { type Aws, CLEAR, forgetWorld, startAws, Weather } from "local-aws";
import { wrapped } from "../command/lines.ts";
import type { Words } from "../converge/errors.ts";
import type { Deployed } from "../ensure.ts";
import { Deployer } from "./deployer.ts";
import { keepExports, useOnly, waysIn } from "./exports.ts";
import { readOptions, type StartOptions } from "./options.ts";
import { withOrigin } from "./origin.ts";
import { reasonsOf } from "./reasons.ts";
import { serveView } from "./view/serve.ts";
import type { Shown } from "./view/shown.ts";
import { watchSources } from "./watch.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A weather in which nothing fails, but all takes its time: in milliseconds, at most. */
const SLOW = { ...CLEAR, latency: 500, states: 4000 };

/** So much later than it happened is told what happened. */
const TELL_MS = 20;

const AGAIN = "end this and start again to use it.";

/** Made before the start below, which tells already while it is awaited. */
let untold: string[] = [];
process.once("exit", tellAll);

try {
  await start(readOptions(process.argv.slice(2), ROOT));
} catch (error) {
  complain(error);
  process.exit(1);
}

async function start(options: StartOptions): Promise<void> {
  const show = (deploy: Shown) => view.showDeploy(deploy);
  const deployer = new Deployer(options, show, request => aws.answer(request));
  if (options.fresh) await forgetWorld(options.directory);
  const weather = new Weather();
  const aws = await startAws({ ...options, weather });
  useOnly(aws.environment);
  const exports = await keepExports(aws.environment, options.directory);
  endOnSignal(aws);
  tellLogs(aws, options, deployer);
  let siteUrl = aws.siteEndpoint;
  const view = await serveView({ aws, weather, siteUrl: () => siteUrl });

  const redeploy = oneAtATime(async () => {
    try {
      const ended = await deployer.deploy();
      if ("failure" in ended) tellFailure(ended.failure);
      else {
        siteUrl = ended.deployed.siteUrl;
        tellDeployed(ended.deployed);
      }
    } catch (error) {
      tellFailure({ message: withOrigin((error as Error).message, error), remedy: "" });
    }
  });
  await redeploy();
  if (options.slow) weather.set(SLOW);
  tellRequests(aws);
  console.log(guide(exports, options, view.url));
  deployChanges(deployer, redeploy);
}

/** Ctrl-C ends in order, with everything saved; a second one ends at once. */
function endOnSignal(aws: Aws): void {
  let ending: number | undefined;
  const end = async () => {
    // A terminal sends Ctrl-C to every process of the group, and npm and tsx pass it on once more.
    if (ending && performance.now() - ending < 500) return;
    if (ending) process.exit(130);
    ending = performance.now();
    await aws.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end().catch(fail));
}

function fail(error: unknown): never {
  complain(error);
  process.exit(1);
}

/**
 * What the function wrote: all of it when asked for, otherwise its warnings and errors. Of an error, what AWS
 * would not keep either: its message, and where in the sources it arose.
 */
function tellLogs(aws: Aws, { logs }: StartOptions, deployer: Deployer): void {
  const tellError = async (line: string) => {
    const error = await deployer.errorIn(line).catch(() => undefined);
    if (error) tell(error.replaceAll(/^/gm, "  "));
  };
  aws.on("dropped", ({ line }) => tellError(line));
  aws.on("log", ({ line }) => {
    if (line.includes('"trace":[')) tellError(line);
    else if (logs || /"level":"(WARN|ERROR|FATAL)"/.test(line)) tell(`  ${line.trimEnd()}`);
  });
}

/** One line a request, without what it carried; and why, where something keeps it from being served. */
function tellRequests(aws: Aws): void {
  aws.on("trace", trace => reasonsOf(trace).forEach(tell));
  aws.on("served", ({ method, path, status, ms }) =>
    tell(`${method} ${path} ${status} ${Math.round(ms)} ms`),
  );
}

/** Prints a line soon, together with those that come until then: a write for each would slow down the requests. */
function tell(line: string): void {
  if (untold.push(line) === 1) setTimeout(tellAll, TELL_MS);
}

function tellAll(): void {
  if (untold.length > 0) console.log(untold.join("\n"));
  untold = [];
}

/** Runs `work` whenever asked; asked while it runs, it runs once more after that. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let again = false;
  let running: Promise<void> | undefined;
  const run = async () => {
    do {
      again = false;
      await work();
    } while (again);
    running = undefined;
  };
  return () => {
    again = true;
    running ??= run();
    return running;
  };
}

/** A deploy of what is built may begin while that is still written and built; deploy's own sources must be whole. */
function deployChanges(deployer: Deployer, redeploy: () => Promise<void>): void {
  watchSources(ROOT, {
    saved(files) {
      const concerns = new Set(files.values());
      for (const concern of ["build", "deploy"] as const)
        if (concerns.has(concern)) deployer.changed(concern);
      if (concerns.has("build") && !concerns.has("deploy")) void redeploy();
    },
    quiet(files) {
      for (const [file, concern] of files)
        if (concern === "start")
          console.log(`${file} has changed. It is part of the AWS that runs here: ${AGAIN}`);
      if ([...files.values()].includes("deploy")) void redeploy();
    },
  });
}

/** What is deployed stays as it was, or as far as this deploy came. */
function tellFailure({ message, remedy }: Words): void {
  console.error(wrapped(`${message}\n${remedy}`.trimEnd(), process.stderr.columns));
  console.error("The next change of a source deploys again.");
}

function tellDeployed({ siteUrl, apiUrl, resources, ms, trouble }: Deployed): void {
  const changed = resources.filter(({ outcome }) => outcome !== "unchanged");
  const what = changed.map(({ type, outcome }) => `${type} ${outcome}`).join(", ") || "everything unchanged";
  const bold = process.stdout.isTTY && !process.env.NO_COLOR ? ["\x1b[1m", "\x1b[22m"] : ["", ""];
  const { columns } = process.stdout; // undefined where it is no terminal
  console.log(wrapped(`Deployed in ${Math.round(ms)} ms: ${what}.`, columns));
  console.log(`\n  ${bold.join(siteUrl)}\n\nThe API: ${apiUrl}`);
  if (trouble) console.error(wrapped(`${trouble.message}\n${trouble.remedy}`, process.stderr.columns));
}

function guide(exports: string, { directory }: StartOptions, viewUrl: string): string {
  return `
To see each request on its way, and change the weather:
  ${viewUrl}
${waysIn(directory)}
or
${exports.replaceAll(/^(?=.)/gm, "  ")}
Everything is kept in ${directory} (--fresh forgets it).
A changed source is deployed at once. Ctrl-C ends.
`;
}

/** What went wrong, for a person to read; where, only with DEBUG. What this machine refuses is said in words already. */
function complain(error: unknown): void {
  console.error(wrapped((error as Error).message, process.stderr.columns));
  if (process.env.DEBUG) console.error(error);
}
