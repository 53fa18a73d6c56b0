/**
 * Deploy and teardown: how much they ask of AWS, how close they come to the longest chain of calls that wait for one
 * another, and what the process itself costs beside them.
 */
import { LambdaClient, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { zipSync } from "fflate";
import { deploy } from "../ensure.ts";
import { teardown } from "../remove.ts";
import { type Course, type Courses, countCourses } from "../test/deploy/round-trips.ts";
import { type Budget, type Figure, median } from "./figures.ts";
import { CALL_MS, onSlowAws, type SlowAws } from "./on-slow-aws.ts";
import { run } from "./processes.ts";

const ROUNDS = 5;
const NAME = "bench";
type Title = keyof Courses;
const TITLES: Record<Title, string> = {
  first: "first deploy",
  unchanged: "unchanged deploy",
  codeOnly: "changed code",
  pageOnly: "changed page",
  teardown: "teardown",
};

/** How long a script took, in milliseconds. */
interface Took {
  /** By its own clock. */
  script: number;
  process: number;
  /** The answers of the deployed API, the function's cold start included: these are not 50 ms each. */
  answers: number[];
}

/** Counts what deploy and teardown ask of AWS, and runs them against one whose calls take 50 ms each. */
export async function measureDeploy(): Promise<Figure[]> {
  const courses = await countCourses();
  const { took, warm } = await onSlowAws(async aws => ({
    took: await timeScripts(aws),
    warm: await timeWarm(aws),
  }));
  const titles = Object.keys(TITLES) as Title[];
  return [
    ...titles.flatMap(title => countFigures(title, courses[title])),
    ...titles.map(title => timeFigure(title, courses[title], took[title], TIME_BUDGETS[title])),
    {
      ...timeFigure("first", courses.first, warm, { atMost: 1.15 }),
      name: "first deploy: time, warm process",
    },
    ...(await shareFigures(took.unchanged, courses.unchanged)),
  ];
}

type Environment = Record<string, string>;

const COUNT_BUDGETS: Partial<Record<Title, Partial<Record<keyof Course, number>>>> = {
  first: { calls: 48 },
  unchanged: { writes: 0, roundTrips: 3 },
  teardown: { calls: 26 },
};

const TIME_BUDGETS: Partial<Record<Title, Budget>> = { first: { atMost: 1.5 } };

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

/** The longest chain of calls that wait for one another: AWS's take 50 ms each; the API is asked at once, in the end. */
const chainOf = ({ roundTrips }: Course, { answers }: Took): number =>
  answers.length === 0 ? roundTrips * CALL_MS : (roundTrips - 1) * CALL_MS + Math.max(...answers);

const timeFigure = (title: Title, course: Course, took: Took[], budget?: Budget): Figure => ({
  name: `${TITLES[title]}: time, ${CALL_MS} ms a call`,
  measured: median(took.map(({ script }) => script)),
  unit: "ms",
  against: { name: "longest chain", measured: median(took.map(each => chainOf(course, each))) },
  budget,
});

/** Runs the scripts as people do: each time a process that has everything to load and nothing compiled. */
async function timeScripts(aws: SlowAws): Promise<Record<Title, Took[]>> {
  const took: Record<Title, Took[]> = { first: [], unchanged: [], codeOnly: [], pageOnly: [], teardown: [] };
  for (let round = 0; round < ROUNDS; round++) {
    took.first.push(await timeScript("deploy.ts", aws));
    took.unchanged.push(await timeScript("deploy.ts", aws));
    await changeCode(aws.env);
    took.codeOnly.push(await timeScript("deploy.ts", aws));
    await changePage(aws.env);
    took.pageOnly.push(await timeScript("deploy.ts", aws));
    took.teardown.push(await timeScript("teardown.ts", aws));
  }
  return took;
}

/** Deploys in this process, where the SDK's code is compiled after the first time: what is left is the order of calls. */
async function timeWarm({ env, answers }: SlowAws): Promise<Took[]> {
  Object.assign(process.env, env);
  const target = { name: NAME, region: env.AWS_REGION! };
  const took: Took[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    answers.length = 0;
    const { ms } = await deploy(target);
    if (round > 0) took.push({ script: ms, process: ms, answers: [...answers] });
    await teardown({ ...target, confirm: async () => true });
  }
  return took;
}

async function timeScript(script: string, { env, answers }: SlowAws): Promise<Took> {
  answers.length = 0;
  const command = [process.execPath, "--import", "tsx", script, "--json", "--name", NAME];
  const { stdout, ms } = await run(command, { env });
  return { script: JSON.parse(stdout).ms, process: ms, answers: [...answers] };
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

/** Loads what a deploy loads, and does nothing. */
const LOAD = 'import("./ensure.ts")';

/** Where the time of a whole process goes: together, the lines make it up. */
async function shareFigures(took: Took[], { roundTrips }: Course): Promise<Figure[]> {
  const whole = { name: "whole process", measured: median(took.map(each => each.process)) };
  const node = await timeToRun([process.execPath, "-e", "0"]);
  const tsx = await timeToRun([process.execPath, "--import", "tsx", "-e", "0"]);
  const modules = await timeToRun([process.execPath, "--import", "tsx", "--eval", LOAD]);
  const aws = roundTrips * CALL_MS;
  const share = (name: string, measured: number): Figure => ({
    name: `unchanged deploy: ${name}`,
    measured,
    unit: "ms",
    against: whole,
  });
  return [
    share("Node's start", node),
    share("tsx", tsx - node),
    share("own modules, SDK", modules - tsx),
    share("AWS", aws),
    share("build, work round calls", whole.measured - modules - aws),
  ];
}

async function timeToRun(command: string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push((await run(command)).ms);
  return median(times);
}
