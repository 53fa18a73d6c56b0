/** Programs that the bench runs: each in a process of its own, as people run them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Nothing of the reader's own AWS configuration, nothing that asks the network. */
export const ENVIRONMENT: Record<string, string> = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"))),
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/nowhere",
  AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};

/** Node with the TypeScript loader, and a module that tells what the program has used. */
export const TSX = [process.execPath, "--import", "tsx", "--import", "./bench/usage.mjs"];

/** A program that came to its end. */
export interface Ended {
  stdout: string;
  /** From its start to its end. */
  ms: number;
}

/** Runs a program to its end. */
export async function run(
  [program = "", ...args]: string[],
  { env = ENVIRONMENT, cwd = ROOT } = {},
): Promise<Ended> {
  const started = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (code !== 0) throw new Error(`Cannot measure ${args.join(" ")} because it fails: ${stderr}`);
  return { stdout, ms: performance.now() - started };
}

/** What a program has used, as usage.mjs tells it. */
export interface Usage {
  /** Memory in use now. */
  megabytes: number;
  /** Processor time since its start, of all its threads. */
  cpuMs: number;
}

/** A server that runs in a process of its own. */
export interface Running {
  /** The first URL of items that it printed. */
  url: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** Servers that must not outlive the bench, however it ends. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) process.kill(-child.pid!, "SIGTERM");
});

/** Works in a directory of its own. Afterwards, nothing is left of it, and no server runs. */
export async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "dynamosync-bench-"));
  try {
    return await work(directory);
  } finally {
    await Promise.all(Array.from(running, stop));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

const ITEMS = /http:\/\/\S+\/items\b/;

/** Starts a server and waits until it prints where its items are. */
export async function startServer(
  [program = "", ...args]: string[],
  { env = ENVIRONMENT, cwd = ROOT } = {},
): Promise<Running> {
  const child = spawn(program, args, {
    cwd,
    env,
    detached: true, // a group of its own: npm passes no signal on
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const url = await urlFrom(child);
  await listens(url);
  return {
    url,
    async usage() {
      child.send("usage");
      const [usage] = await once(child, "message");
      return usage;
    },
    stop: () => stop(child),
  };
}

/** Reads on afterwards, so that the server can write on. */
function urlFrom(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const read = (chunk: Buffer) => {
      printed += chunk;
      const [url] = ITEMS.exec(printed) ?? [];
      if (!url) return;
      for (const stream of [child.stdout!, child.stderr!]) stream.off("data", read).resume();
      resolve(url);
    };
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", read);
    child.once("exit", () => reject(new Error(`Cannot start ${child.spawnargs.join(" ")}: ${printed}`)));
  });
}

/** Some print their URL before they listen. */
async function listens(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const socket = connect(Number(port), hostname);
    const connected = await once(socket, "connect").catch(() => undefined);
    socket.destroy();
    if (connected) return;
    await setTimeout(5);
  }
  throw new Error(`Cannot reach ${url}.`);
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  process.kill(-child.pid!, "SIGTERM");
  await ended;
}
