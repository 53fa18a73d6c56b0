/**
 * The load, in a process of its own: stores new items over connections that stay open, so many requests or
 * milliseconds long, and prints how long each took. `load.ts <url> <connections> <requests> <milliseconds>`
 */
import { Agent, request } from "node:http";
import { percentile } from "./figures.ts";

/** What a load saw. */
export interface Load {
  requests: number;
  requestsPerSecond: number;
  /** In milliseconds, like the other percentiles. */
  p50: number;
  p95: number;
  p99: number;
  /** Answers other than 201, by status. */
  failures: Record<string, number>;
}

const [url = "", connections = "1", requests = "1000", milliseconds = "10000"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const run = Math.random().toString(36).slice(2);
const times: number[] = [];
const failures: Record<string, number> = {};
let sent = 0;

function store(id: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const post = request(`${url}?id=${id}&value=some%20text`, { method: "POST", agent }, response => {
      response.resume().once("end", () => resolve(response.statusCode!));
    });
    post.once("error", reject).end();
  });
}

async function keepBusy(deadline: number): Promise<void> {
  while (sent < Number(requests) && performance.now() < deadline) {
    const started = performance.now();
    const status = await store(`${run}-${sent++}`);
    times.push(performance.now() - started);
    if (status !== 201) failures[status] = (failures[status] ?? 0) + 1;
  }
}

const started = performance.now();
const deadline = started + Number(milliseconds);
await Promise.all(Array.from({ length: Number(connections) }, () => keepBusy(deadline)));
const seconds = (performance.now() - started) / 1000;
const load: Load = {
  requests: times.length,
  requestsPerSecond: times.length / seconds,
  p50: percentile(times, 50),
  p95: percentile(times, 95),
  p99: percentile(times, 99),
  failures,
};
console.log(JSON.stringify(load));
process.exit();
