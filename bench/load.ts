/**
 * The load, in a process of its own: stores new items over connections that stay open, so many requests or
 * milliseconds long, and prints how long each took. It writes and reads sockets, as a client of Node's own would take
 * a large part of the processors from the server. `load.ts <url> <connections> <requests> <milliseconds>`
 */
import { once } from "node:events";
import { connect } from "node:net";
import { HEADERS } from "../test/shared/caller.ts";
import { itemOf, queryOf } from "../test/shared/items.ts";
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
const { host, hostname, port, pathname } = new URL(url);
const run = Math.random().toString(36).slice(2);
const times: number[] = [];
const failures: Record<string, number> = {};
let sent = 0;

const headers = Object.entries({ Host: host, "Content-Length": "0", ...HEADERS })
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join("");
const requestFor = (id: string) =>
  `POST ${pathname}?${queryOf(itemOf(id, "some text"))} HTTP/1.1\r\n${headers}\r\n`;

/** The body has the length that is said, or ends with an empty chunk. */
function isWhole(answer: string): boolean {
  const body = answer.indexOf("\r\n\r\n") + 4;
  if (body < 4) return false;
  const [, length] = /^content-length: *(\d+)/im.exec(answer) ?? [];
  return length ? answer.length >= body + Number(length) : answer.endsWith("\r\n0\r\n\r\n");
}

/** Sends one request after the other on one connection. */
async function keepBusy(deadline: number): Promise<void> {
  const socket = connect(Number(port), hostname).setEncoding("latin1").setNoDelay();
  await once(socket, "connect");
  const answers = socket[Symbol.asyncIterator]();
  while (sent < Number(requests) && performance.now() < deadline) {
    const started = performance.now();
    socket.write(requestFor(`${run}-${sent++}`));
    let answer = "";
    while (!isWhole(answer)) {
      const { value, done } = await answers.next();
      if (done) throw new Error(`Cannot load ${url} because it ended a connection.`);
      answer += value;
    }
    times.push(performance.now() - started);
    const status = answer.slice(9, 12);
    if (status !== "201") failures[status] = (failures[status] ?? 0) + 1;
  }
  socket.destroy();
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
