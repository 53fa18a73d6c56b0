/** Programs that the bench runs: each in a process of its own, as people run them. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Usage } from "./usage.ts";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Nothing of the reader's own AWS configuration, nothing that asks the network. */
export const ENVIRONMENT: Record<string, string> = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"))),
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/nowhere",
  AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};

/** Node with the TypeScript loader, as `npx tsx` sets it up. */
export const TSX = [process.execPath, "--import", "tsx"];

/** A server that runs in a process of its own. */
export interface Running {
  /** The first URL of items that it printed. */
  url: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

const ITEMS = /http:\/\/\S+\/items\b/;

/** Starts a server and waits until it prints where its items are. */
export async function startServer(command: string[], environment = ENVIRONMENT): Promise<Running> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd: ROOT,
    env: environment,
    detached: true, // a group of its own: npm passes no signal on
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  return {
    url: await urlFrom(child),
    async usage() {
      child.send("usage");
      const [usage] = await once(child, "message");
      return usage;
    },
    stop: () => stop(child),
  };
}

async function urlFrom(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const [url] = ITEMS.exec(line) ?? [];
    if (!url) continue;
    child.stdout!.resume();
    return url;
  }
  throw new Error(`Cannot measure ${child.spawnargs.join(" ")} because it ended without printing a URL.`);
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  process.kill(-child.pid!, "SIGTERM");
  await ended;
}

/** Runs a program to its end and reads the JSON that it prints. */
export async function runForJson<T>(command: string[], environment = ENVIRONMENT): Promise<T> {
  const [program = "", ...args] = command;
  const options = { cwd: ROOT, env: environment, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(program, args, options);
  return JSON.parse(stdout);
}
