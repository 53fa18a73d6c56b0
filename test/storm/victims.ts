/** Processes that run deploy.ts or teardown.ts and are killed at one of their requests to a local AWS. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type Aws, createAws, type WireRequest, type WireResponse } from "local-aws";
import { TYPESCRIPT } from "../shared/run-script.ts";

/** Where a process is killed: before its nth request has an effect, or after that and before the answer. */
export interface Kill {
  request: number;
  after: boolean;
}

/** How a process ended: killed at a request, or by itself, having sent fewer. */
export type End = { kind: "killed"; at: string } | { kind: "exited"; code: number; stderr: string };

export interface DeadlyAws extends Aws {
  /** Lets a process go, and kills it at the given request. */
  run(process: ChildProcess, kill: Kill): Promise<End>;
}

interface Aim {
  victim: ChildProcess;
  kill: Kill;
  requests: number;
  hit?: string;
}

/** Longer than a script keeps an idle connection, so that it sends into none that is just being closed. */
const KEEP_ALIVE_MS = 120_000;

/** A local AWS behind a port that can kill who asks it. */
export async function startDeadlyAws(region: string): Promise<DeadlyAws> {
  let aim: Aim | undefined;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, async (incoming, outgoing) => {
    const response = await answer(await requestOf(incoming));
    if (!response) return incoming.socket.destroy();
    outgoing.writeHead(response.status, response.headers).end(response.body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const aws = await createAws({ port: (server.address() as AddressInfo).port, region });

  /** Nothing, where who asked is dead. */
  async function answer(request: WireRequest): Promise<WireResponse | undefined> {
    if (!aim || !isOfScript(request, aws.accessKeyId) || ++aim.requests !== aim.kill.request)
      return aws.answer(request);
    const { victim, kill } = aim;
    aim.hit = nameOf(request);
    if (kill.after) await aws.answer(request);
    await end(victim);
    return undefined;
  }

  async function run(victim: ChildProcess, kill: Kill): Promise<End> {
    const mine: Aim = { victim, kill, requests: 0 };
    aim = mine;
    const stderr = text(victim.stderr!);
    victim.send("go");
    if (victim.exitCode === null && victim.signalCode === null) await once(victim, "exit");
    aim = undefined;
    if (mine.hit && victim.signalCode === "SIGKILL") return { kind: "killed", at: mine.hit };
    return { kind: "exited", code: victim.exitCode!, stderr: await stderr };
  }

  const close = async () => {
    server.close();
    server.closeAllConnections();
    await aws.close();
  };
  return { ...aws, run, close, [Symbol.asyncDispose]: close };
}

const requestOf = async (incoming: IncomingMessage): Promise<WireRequest> => ({
  method: incoming.method!,
  url: incoming.url!,
  headers: incoming.headers as Record<string, string>,
  body: await buffer(incoming),
});

/** Whether a request was sent by a script: with the account's key, or by its last look at the API. */
const isOfScript = ({ headers, url }: WireRequest, accessKeyId: string) =>
  headers.authorization?.includes(accessKeyId) ?? url.startsWith("/_aws/execute-api/");

/** What a request asks for, as far as its first bytes tell. */
const nameOf = ({ method, url, headers, body }: WireRequest) =>
  headers["x-amz-target"] ??
  (url === "/" ? /Action=\w+/.exec(body.toString())?.[0] : undefined) ??
  `${method} ${url}`;

async function end(process: ChildProcess): Promise<void> {
  const exit = once(process, "exit");
  if (process.kill("SIGKILL")) await exit;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STARTING_LINE = new URL("starting-line.ts", import.meta.url).href;

/** Processes of one script, the next of which starts while one is at work: loading takes longer than running. */
export class Warm {
  readonly #start: () => ChildProcess;
  #next: ChildProcess;

  constructor(script: string, args: string[]) {
    this.#start = () =>
      fork(script, args, {
        cwd: ROOT,
        execArgv: [...TYPESCRIPT, "--import", STARTING_LINE],
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      });
    this.#next = this.#start();
  }

  take(): ChildProcess {
    const next = this.#next;
    this.#next = this.#start();
    return next;
  }

  close(): Promise<void> {
    return end(this.#next);
  }
}
