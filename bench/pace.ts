/** How many requests a second servers answer, how long each takes, and how much memory they need for it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { APIGatewayClient, UpdateStageCommand } from "@aws-sdk/client-api-gateway";
import { type Figure, median } from "./figures.ts";
import type { Load } from "./load.ts";
import { type Running, run, TSX } from "./processes.ts";

const ROUNDS = 3;
/** By the number of connections. */
const REQUESTS = { 1: 1_000, 50: 3_000 } as const;
const MOST_MS = 10_000;

export interface Servers {
  ours: Running;
  bare: Running;
  /** The bare server that hands each request to a worker. */
  handed: Running;
  peer?: Running;
}

type Connections = keyof typeof REQUESTS;

/** What a server went through. */
export interface Seen extends Omit<Load, "failures"> {
  /** Processor time a request. */
  cpuMs: number;
}

/** Loads the servers in turns. @param directory where ours keeps its data */
export async function measurePace(servers: Servers, directory: string): Promise<Figure[]> {
  await liftThrottling(servers.ours.url, directory);
  const figures = [...(await paceFigures(servers, 1)), ...(await paceFigures(servers, 50))];
  return [...figures, ...(await memoryFigures(servers))];
}

async function paceFigures(servers: Servers, connections: Connections): Promise<Figure[]> {
  const seen = await loadInTurns(servers, connections);
  const of = (server: keyof Servers, what: keyof Seen) => median(seen[server].map(each => each[what]));
  const against = (server: keyof Servers, what: keyof Seen) => ({
    name: SERVERS[server],
    measured: of(server, what),
  });
  const title = `local, ${connections} connection${connections === 1 ? "" : "s"}`;
  const figure = (what: keyof Seen, name: string, unit: string): Figure => ({
    name: `${title}: ${name}`,
    measured: of("ours", what),
    unit,
    against: against("bare", what),
  });
  const pace = figure("requestsPerSecond", "requests a second", "");
  const toBare: Figure = connections === 50 ? { ...pace, budget: { atLeast: 0.6 } } : pace;
  const toPeer: Figure = {
    ...pace,
    against: against("peer", "requestsPerSecond"),
    ...(connections === 50 && { budget: { atLeast: 1.2 } }),
  };
  return [
    toBare,
    { ...pace, against: against("handed", "requestsPerSecond") },
    ...(servers.peer ? [toPeer] : []),
    figure("p50", "half within", "ms"),
    figure("p95", "95% within", "ms"),
    figure("p99", "99% within", "ms"),
    figure("cpuMs", "processor time", "ms"),
  ];
}

const SERVERS: Record<keyof Servers, string> = {
  ours: "local stack",
  bare: "bare server",
  handed: "handed to workers",
  peer: "serverless-offline",
};

/** A first load makes them warm and is not counted. */
async function loadInTurns(
  servers: Servers,
  connections: Connections,
): Promise<Record<keyof Servers, Seen[]>> {
  const seen: Record<keyof Servers, Seen[]> = { ours: [], bare: [], handed: [], peer: [] };
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, server] of Object.entries(servers) as [keyof Servers, Running | undefined][]) {
      if (!server) continue;
      const load = await loadOnce(server, connections);
      if (round > 0) seen[name].push(load);
    }
  return seen;
}

export async function loadOnce({ url, usage }: Running, connections: Connections): Promise<Seen> {
  const numbers = [connections, REQUESTS[connections], MOST_MS].map(String);
  const before = await usage();
  const { stdout } = await run([...TSX, "bench/load.ts", url, ...numbers]);
  const after = await usage();
  const { failures, requests, ...load }: Load = JSON.parse(stdout);
  if (Object.keys(failures).length > 0)
    throw new Error(`Cannot measure ${url} because it answered ${JSON.stringify(failures)}.`);
  return { requests, ...load, cpuMs: (after.cpuMs - before.cpuMs) / requests };
}

async function memoryFigures({ ours, bare, peer }: Servers): Promise<Figure[]> {
  const measured = (await ours.usage()).megabytes;
  const figure = { name: "local: memory after the load", measured, unit: "MB" };
  const against = async (server: keyof Servers, running: Running): Promise<Figure> => ({
    ...figure,
    against: { name: SERVERS[server], measured: (await running.usage()).megabytes },
  });
  return [
    { ...figure, budget: { atMost: 400 } },
    await against("bare", bare),
    ...(peer ? [await against("peer", peer)] : []),
  ];
}

/** The deployed stage lets 50 requests a second pass: the bench asks the local AWS for more. */
export async function liftThrottling(url: string, directory: string): Promise<void> {
  const client = new APIGatewayClient(await settingsFor(url, directory));
  const [restApiId, stageName] = new URL(url).pathname.split("/").slice(3);
  const patchOperations = ["rateLimit", "burstLimit"].map(limit => ({
    op: "replace" as const,
    path: `/*/*/throttling/${limit}`,
    value: "5000",
  }));
  await client.send(new UpdateStageCommand({ restApiId, stageName, patchOperations }));
}

/** What a client is made with of the local AWS that serves a URL and keeps its data in a directory. */
export async function settingsFor(url: string, directory: string) {
  await setTimeout(1_000); // a change is saved shortly after it is made
  const { id, secret } = JSON.parse(await readFile(join(directory, "aws.json"), "utf8")).data.keys.account;
  const credentials = { accessKeyId: id, secretAccessKey: secret };
  return { region: "us-east-1", endpoint: new URL(url).origin, credentials };
}
