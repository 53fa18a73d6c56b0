/**
 * What a deploy or teardown asks of AWS, and how often it waits for an answer before it can ask on. Time is virtual
 * and each call takes the same: so the time of the last answer is the longest chain of calls that wait for one
 * another, whatever else the machine is doing.
 */
import { createHash } from "node:crypto";
import { zipSync } from "fflate";
import { createAws, inProcessHandler, isRead, type Aws as LocalAws } from "local-aws";
import { type Aws, connect } from "../../converge/aws.ts";
import { type DeployOptions, deploy } from "../../ensure.ts";
import { teardown } from "../../remove.ts";
import { useNoEndpoint } from "../shared/no-endpoint.ts";
import { makeTimeVirtual, settle } from "../shared/virtual-time.ts";

const REGION = "eu-central-1";
const NAME = "counted";
const CALL_MS = 1_000;
/** Between two calls nothing waits for a file or a socket: it is over after so many turns of the event loop. */
const TURNS = 20;

/** What a deploy or teardown asked of AWS. */
export interface Course {
  calls: string[];
  writes: string[];
  /** The length of the longest chain of calls, the questions to the deployed API included. */
  roundTrips: number;
}

/** The courses that a stack takes, in this order. */
export type Courses = Record<"first" | "unchanged" | "codeOnly" | "pageOnly" | "teardown", Course>;

/** Takes a stack through its courses. Time is virtual meanwhile, and asking the deployed API takes as long as a call. */
export async function countCourses(): Promise<Courses> {
  const build = { code: async () => packed("one"), page: async (url: string) => `<a href="${url}">one</a>` };
  const otherCode = { ...build, code: async () => packed("two") };
  const otherPage = { ...otherCode, page: async (url: string) => `<a href="${url}">two</a>` };
  await warmUp(build);
  const aws = await openVirtualAws();
  const deployed = (build: DeployOptions["build"]) =>
    aws.course(target => deploy({ ...target, name: NAME, build }));
  try {
    return {
      first: await deployed(build),
      unchanged: await deployed(build),
      codeOnly: await deployed(otherCode),
      pageOnly: await deployed(otherPage),
      teardown: await aws.course(target => teardown({ ...target, name: NAME })),
    };
  } finally {
    await aws.close();
  }
}

/** What the SDK reads and loads when it is first used is no timer's, and takes longer the more a machine has to do. */
async function warmUp(build: DeployOptions["build"]): Promise<void> {
  const realFetch = globalThis.fetch;
  const aws = await createAws({ region: REGION });
  useNoEndpoint(aws.environment);
  globalThis.fetch = async () => notFound();
  const target = { name: NAME, region: REGION, aws: inProcess(aws) };
  await deploy({ ...target, build });
  await teardown(target);
  globalThis.fetch = realFetch;
  await aws.close();
}

const inProcess = ({ answer }: LocalAws) => connect(REGION, { requestHandler: inProcessHandler(answer) });

const notFound = () => new Response('{"error":{"code":"not_found"}}', { status: 404 });

/** Some code, as buildFunction gives it. */
function packed(source: string) {
  const zip = zipSync({ "index.mjs": [new TextEncoder().encode(source), { mtime: "2000-01-01" }] });
  return { zip, sha256: createHash("sha256").update(zip).digest("base64") };
}

async function openVirtualAws() {
  const realFetch = globalThis.fetch;
  const clock = makeTimeVirtual();
  let calls: string[] = [];
  let answered = 0;
  async function oneCall() {
    await new Promise(resolve => setTimeout(resolve, CALL_MS));
    answered = Date.now();
  }
  const aws = await createAws({
    region: REGION,
    async weather({ operation }, run) {
      calls.push(operation);
      await oneCall();
      return run();
    },
  });
  useNoEndpoint(aws.environment);
  globalThis.fetch = async () => {
    await oneCall();
    return notFound();
  };
  return {
    async course(work: (target: { region: string; aws: Aws }) => Promise<unknown>): Promise<Course> {
      const started = Date.now();
      calls = [];
      await settle(work({ region: REGION, aws: inProcess(aws) }), clock, TURNS);
      const writes = calls.filter(call => !isRead(call));
      return { calls, writes, roundTrips: Math.round((answered - started) / CALL_MS) };
    },
    async close() {
      clock.uninstall();
      globalThis.fetch = realFetch;
      await aws.close();
    },
  };
}
