/**
 * serverless-offline, run by osls, as a peer of the local stack: the same function on the same kind of table. It is
 * measured where it is installed: npm ci --prefix bench/peers
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { buildFunction } from "../bundle/function.ts";
import { freePort } from "../test/shared/free-port.ts";
import { ENVIRONMENT, type Running, startServer } from "./processes.ts";

const PEERS = fileURLToPath(new URL("peers", import.meta.url));
const OSLS = join(PEERS, "node_modules/serverless/bin/serverless.js");
/** Where its function is. */
export const FUNCTION = join(PEERS, "node_modules/.cache/function");

export interface Peer {
  start(...options: string[]): Promise<Running>;
  /** As a person would. Its use of memory cannot be asked for then: npm would answer. */
  startByNpm(): Promise<Running>;
  close(): void;
}

/** Prepares the peer: builds its function, starts its table. Undefined where it is not installed. */
export async function openPeer(directory: string): Promise<Peer | undefined> {
  if (!existsSync(OSLS)) return undefined;
  const { zip } = await buildFunction();
  await mkdir(FUNCTION, { recursive: true });
  await writeFile(join(FUNCTION, "index.mjs"), unzipSync(zip)["index.mjs"]!);
  const table = fork(fileURLToPath(new URL("table.ts", import.meta.url)), [directory], {
    execArgv: ["--import", "tsx"],
  });
  const [endpoint]: string[] = await once(table, "message");
  const usage = ["--import", fileURLToPath(new URL("usage.mjs", import.meta.url))];
  return {
    start: (...options) =>
      startPeer(endpoint!, [
        process.execPath,
        ...usage,
        OSLS,
        "offline",
        "--noPrependStageInUrl",
        ...options,
      ]),
    startByNpm: () => startPeer(endpoint!, ["npm", "start", "--"]),
    close: () => table.disconnect(),
  };
}

async function startPeer(endpoint: string, command: string[]): Promise<Running> {
  const [httpPort, lambdaPort] = [await freePort(), await freePort()];
  const ports = ["--httpPort", `${httpPort}`, "--lambdaPort", `${lambdaPort}`];
  const env = { ...ENVIRONMENT, TABLE_ENDPOINT: endpoint };
  return startServer([...command, ...ports], { cwd: PEERS, env });
}
