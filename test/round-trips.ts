/**
 * What a deploy or teardown asks of AWS, and how often it waits for an answer before it can ask on. Time is virtual
 * and each call takes the same: so the time of the last answer is the longest chain of calls that wait for one
 * another, whatever else the machine is doing.
 */
import FakeTimers from "@sinonjs/fake-timers";
import { inProcessHandler } from "../local/in-process.ts";
import { createLocalAws } from "../local/server.ts";
import { isRead } from "../local/service.ts";
import { type Clients, connect } from "../resources/clients.ts";

const REGION = "eu-central-1";
const CALL_MS = 1_000;
/** All that goes on between two calls is over after so many turns of the event loop: it waits for no file. */
const TURNS = 20;

/** A deploy or teardown that is over. */
export interface Course<T> {
  result: T;
  calls: string[];
  writes: string[];
  /** The length of the longest chain of calls. */
  roundTrips: number;
}

export interface VirtualAws {
  run<T>(work: (target: { region: string; clients: Clients }) => Promise<T>): Promise<Course<T>>;
  close(): Promise<void>;
}

const realImmediate = setImmediate;

/** A local AWS in this process. While it is open, time is virtual and the API answers as a new one would. */
export async function openVirtualAws(): Promise<VirtualAws> {
  const { env, realFetch } = { env: { ...process.env }, realFetch: globalThis.fetch };
  const clock = FakeTimers.install({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  let calls: string[] = [];
  let answered = 0;
  const aws = await createLocalAws({
    region: REGION,
    async around({ operation }, run) {
      calls.push(operation);
      await new Promise(resolve => setTimeout(resolve, CALL_MS));
      answered = Date.now();
      return run();
    },
  });
  Object.assign(process.env, aws.environment);
  globalThis.fetch = async () => new Response('{"error":{"code":"not_found"}}', { status: 404 });

  async function settle<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    work.then(done, done);
    while (!settled) {
      for (let turn = 0; turn < TURNS; turn++) await new Promise<void>(resolve => realImmediate(resolve));
      if (!settled) clock.next();
    }
    return work;
  }

  return {
    async run(work) {
      const started = Date.now();
      calls = [];
      const clients = connect(REGION, { requestHandler: inProcessHandler(aws.answer) });
      const result = await settle(work({ region: REGION, clients }));
      const writes = calls.filter(call => !isRead(call));
      return { result, calls, writes, roundTrips: Math.round((answered - started) / CALL_MS) };
    },
    async close() {
      clock.uninstall();
      globalThis.fetch = realFetch;
      process.env = env;
      await aws.close();
    },
  };
}
