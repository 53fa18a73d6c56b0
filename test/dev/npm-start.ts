/** `npm start`, as the tests run it. */
import { type ChildProcess, spawn } from "node:child_process";
import { TYPESCRIPT } from "../shared/run-script.ts";

const PATIENCE_MS = 30_000;

/** A running `npm start` and what it has said so far. */
export interface Start {
  child: ChildProcess;
  said: () => string;
  /** Waits until it has said something, from a place in what it says on, and returns the first group of the pattern. */
  hears: (pattern: RegExp, from?: number) => Promise<string>;
  /** Ends it as Ctrl-C does, and returns its exit code. */
  end: () => Promise<number | null>;
  ended: Promise<number | null>;
}

/** Starts it in a copy of the project, with settings of AWS around it that it must not heed. */
export function start(project: string, ...args: string[]): Start {
  const child = spawn(process.execPath, [...TYPESCRIPT, "dev/start.ts", ...args], {
    cwd: project,
    env: { ...process.env, AWS_PROFILE: "no-such-profile", AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", chunk => {
      text += chunk;
    });
  const impatience = setTimeout(() => child.kill("SIGKILL"), 10 * PATIENCE_MS);
  const ended = new Promise<number | null>(resolve => child.on("close", resolve));
  ended.then(() => clearTimeout(impatience));
  const hears = async (pattern: RegExp, from = 0) => {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
      const found = pattern.exec(text.slice(from));
      if (found) return found[1] ?? found[0];
      if (child.exitCode !== null) break;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    throw new Error(`Never said ${pattern}, only:\n${text.slice(from)}`);
  };
  const end = () => {
    child.kill("SIGINT");
    return ended;
  };
  return { child, said: () => text, hears, end, ended };
}

/** What it says once it is ready, and where all is. */
export const READY = /Ctrl-C ends/;
export const API = /The API: (\S+)/;
export const SITE = /\n {2}(http:\S+)\n/;
