/** Works against a local AWS in a process of its own, each call of which takes 50 ms: slow-aws.ts. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ENVIRONMENT } from "./processes.ts";

export const CALL_MS = 50;

export interface SlowAws {
  env: Record<string, string>;
  /** What the deployed APIs have answered since this was emptied: how long each answer took. */
  answers: number[];
  /** How many calls there have been since this was asked last. */
  calls(): Promise<number>;
}

/** Starts it for the work, and ends it afterwards. */
export async function onSlowAws<T>(work: (aws: SlowAws) => Promise<T>): Promise<T> {
  const program = fileURLToPath(new URL("slow-aws.ts", import.meta.url));
  const server = fork(program, [`${CALL_MS}`], { execArgv: ["--import", "tsx"] });
  try {
    const [environment]: Record<string, string>[] = await once(server, "message");
    const answers: number[] = [];
    server.on("message", told => typeof told === "number" && answers.push(told));
    return await work({ env: { ...ENVIRONMENT, ...environment }, answers, calls: () => callsOf(server) });
  } finally {
    server.disconnect();
  }
}

async function callsOf(server: ChildProcess): Promise<number> {
  server.send("calls");
  for (;;) {
    const [told] = await once(server, "message");
    if (typeof told === "object") return told.calls;
  }
}
