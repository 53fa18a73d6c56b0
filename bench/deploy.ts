/**
 * Deploy and teardown: how much they ask of AWS, how close they come to the longest chain of calls that wait for one
 * another, and what the process itself costs beside them.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { LambdaClient, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { zipSync } from "fflate";
import { deploy } from "../deploy.ts";
import { teardown } from "../teardown.ts";
import { type Course, type Courses, countCourses } from "../test/round-trips.ts";
import { type Budget, type Figure, median } from "./figures.ts";
import { ENVIRONMENT, run } from "./processes.ts";

const CALL_MS = 50;
const ROUNDS = 5;
const NAME = "bench";
type Title = keyof Courses;
const TITLES: Record<Title, string> = {
  first: "first deploy",
  unchanged: "unchanged deploy",
  codeOnly: "change of code only",
  pageOnly: "change of page only",
  teardown: "teardown",
};

/** How long a script took, by its own clock and as a process. */
interface Took {
  script: number;
  process: number;
}

/** Counts what deploy and teardown ask of AWS, and runs them against one whose calls take 50 ms each. */
export async function measureDeploy(): Promise<Figure[]> {
  const courses = await countCourses();
  const { took, warm } = await onSlowAws(async env => ({
    took: await timeScripts(env),
    warm: await timeWarm(env),
  }));
  const titles = Object.keys(TITLES) as Title[];
  return [
    ...titles.flatMap(title => countFigures(title, courses[title])),
    ...titles.map(title => timeFigure(title, courses[title], took[title])),
    { ...timeFigure("first", courses.first, warm), name: "first deploy: time in a warm process" },
    ...(await shareFigures(took.unchanged, courses.unchanged)),
  ];
}

type Environment = Record<string, string>;

/** Works against a local AWS in a process of its own. */
async function onSlowAws<T>(work: (env: Environment) => Promise<T>): Promise<T> {
  const program = fileURLToPath(new URL("slow-aws.ts", import.meta.url));
  const server = fork(program, [`${CALL_MS}`], { execArgv: ["--import", "tsx"] });
  try {
    const [environment]: Environment[] = await once(server, "message");
    return await work({ ...ENVIRONMENT, ...environment });
  } finally {
    server.disconnect();
  }
}

const COUNT_BUDGETS: Partial<Record<Title, Partial<Record<keyof Course, number>>>> = {
  first: { calls: 50 },
  unchanged: { writes: 0, roundTrips: 3 },
};

function countFigures(title: Title, { calls, writes, roundTrips }: Course): Figure[] {
  const figure = (what: keyof Course, name: string, measured: number): Figure => {
    const most = COUNT_BUDGETS[title]?.[what];
    const budget: Budget | undefined = most === undefined ? undefined : { atMost: most };
    return { name: `${TITLES[title]}: ${name}`, measured, unit: "", budget };
  };
  return [
    figure("calls", "calls", calls.length),
    figure("writes", "writes", writes.length),
    figure("roundTrips", "sequential round trips", roundTrips),
  ];
}

const timeFigure = (title: Title, { roundTrips }: Course, took: Took[]): Figure => ({
  name: `${TITLES[title]}: time, ${CALL_MS} ms a call`,
  measured: median(took.map(({ script }) => script)),
  unit: "ms",
  against: { name: "its round trips", measured: roundTrips * CALL_MS },
  budget: title === "first" ? { atMost: 1.3 } : undefined,
});

/** Runs the scripts as people do: each time a process that has everything to load and nothing compiled. */
async function timeScripts(env: Environment): Promise<Record<Title, Took[]>> {
  const took: Record<Title, Took[]> = { first: [], unchanged: [], codeOnly: [], pageOnly: [], teardown: [] };
  for (let round = 0; round < ROUNDS; round++) {
    took.first.push(await timeScript("deploy.ts", env));
    took.unchanged.push(await timeScript("deploy.ts", env));
    await changeCode(env);
    took.codeOnly.push(await timeScript("deploy.ts", env));
    await changePage(env);
    took.pageOnly.push(await timeScript("deploy.ts", env));
    took.teardown.push(await timeScript("teardown.ts", env));
  }
  return took;
}

/** Deploys in this process, where the SDK's code is compiled after the first time: what is left is the order of calls. */
async function timeWarm(env: Environment): Promise<Took[]> {
  Object.assign(process.env, env);
  const target = { name: NAME, region: env.AWS_REGION! };
  const took: Took[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const { ms } = await deploy(target);
    if (round > 0) took.push({ script: ms, process: ms });
    await teardown({ ...target, confirm: async () => true });
  }
  return took;
}

async function timeScript(script: string, env: Environment): Promise<Took> {
  const command = [process.execPath, "--import", "tsx", script, "--json", "--name", NAME];
  const { stdout, ms } = await run(command, { env });
  return { script: JSON.parse(stdout).ms, process: ms };
}

/** What a changed source comes to: other code than the wanted one. */
async function changeCode(env: Environment): Promise<void> {
  const ZipFile = zipSync({ "index.mjs": Buffer.from("export const handler = () => {};") });
  await new LambdaClient(settings(env)).send(
    new UpdateFunctionCodeCommand({ FunctionName: NAME, ZipFile, Architectures: ["arm64"] }),
  );
}

async function changePage(env: Environment): Promise<void> {
  const target = { Bucket: `${NAME}-000000000000-${env.AWS_REGION}`, Key: "index.html", Body: "another" };
  const headers = { ContentType: "text/html; charset=utf-8", CacheControl: "no-cache" };
  await new S3Client({ ...settings(env), forcePathStyle: true }).send(
    new PutObjectCommand({ ...target, ...headers }),
  );
}

const settings = (env: Environment) => ({
  region: env.AWS_REGION,
  endpoint: env.AWS_ENDPOINT_URL,
  credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! },
});

/** Where the time of a whole process goes: together, the lines make it up. */
async function shareFigures(took: Took[], { roundTrips }: Course): Promise<Figure[]> {
  const whole = { name: "whole process", measured: median(took.map(each => each.process)) };
  const node = await timeToRun([process.execPath, "-e", "0"]);
  const tsx = await timeToRun([process.execPath, "--import", "tsx", "-e", "0"]);
  const modules = await timeToRun([process.execPath, "--import", "tsx", "deploy.ts", "--help"]);
  const aws = roundTrips * CALL_MS;
  const share = (name: string, measured: number): Figure => ({
    name: `unchanged deploy, share: ${name}`,
    measured,
    unit: "ms",
    against: whole,
  });
  return [
    share("Node's start", node),
    share("tsx", tsx - node),
    share("our modules and the SDK's clients", modules - tsx),
    share("AWS", aws),
    share("the build, and the work around the calls", whole.measured - modules - aws),
  ];
}

async function timeToRun(command: string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push((await run(command)).ms);
  return median(times);
}
