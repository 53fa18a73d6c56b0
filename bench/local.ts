/** The local stack beside the shortest server with the SDK and the same database, and beside serverless-offline. */
import { join } from "node:path";
import { HEADERS } from "../test/shared/caller.ts";
import { itemOf, queryOf } from "../test/shared/items.ts";
import { type Figure, median } from "./figures.ts";
import { measurePace } from "./pace.ts";
import { openPeer, type Peer } from "./peer.ts";
import { inDirectory, type Running, startServer, TSX } from "./processes.ts";

const STARTS = 5;

type Start = () => Promise<Running>;

/** Measures the local stack: its start, its pace, its memory. */
export const measureLocal = (): Promise<Figure[]> =>
  inDirectory(async directory => {
    const peer = await openPeer(join(directory, "peer"));
    try {
      const starts = await measureStarts(directory, peer);
      const servers = {
        ours: await ours(join(directory, "ours")),
        bare: await bare(join(directory, "bare")),
        handed: await bare(join(directory, "handed"), "handed"),
      };
      const pace = await measurePace({ ...servers, peer: await peer?.start() }, join(directory, "ours"));
      return [...startFigures(starts), ...pace];
    } finally {
      peer?.close();
    }
  });

const ours = (directory: string) =>
  startServer([...TSX, "dev/start.ts", "--port", "0", "--directory", directory]);
const bare = (directory: string, how = "") => startServer([...TSX, "bench/bare-server.ts", directory, how]);

/** From the start of the process to the first item stored, in turns. */
async function measureStarts(directory: string, peer: Peer | undefined) {
  const times = { ours: [] as number[], byNpm: [] as number[], bare: [] as number[], peer: [] as number[] };
  for (let round = 0; round < STARTS; round++) {
    const at = (name: string) => join(directory, `${name}-${round}`);
    const npm = ["npm", "start", "--", "--port", "0", "--directory", at("npm")];
    times.ours.push(await timeToFirstItem(() => ours(at("ours"))));
    times.byNpm.push(await timeToFirstItem(() => startServer(npm)));
    times.bare.push(await timeToFirstItem(() => bare(at("bare"))));
    if (peer) times.peer.push(await timeToFirstItem(peer.startByNpm));
  }
  return times;
}

async function timeToFirstItem(start: Start): Promise<number> {
  const started = performance.now();
  const server = await start();
  const query = queryOf(itemOf(`${started}`, "item"));
  const { status } = await fetch(`${server.url}?${query}`, { method: "POST", headers: HEADERS });
  const ms = performance.now() - started;
  await server.stop();
  if (status !== 201) throw new Error(`Cannot measure ${server.url} because it answered ${status}.`);
  return ms;
}

function startFigures({
  ours,
  byNpm,
  bare,
  peer,
}: Record<"ours" | "byNpm" | "bare" | "peer", number[]>): Figure[] {
  const offline: Partial<Figure> =
    peer.length > 0
      ? { against: { name: "serverless-offline", measured: median(peer) }, budget: { atMost: 1 } }
      : { note: "to measure serverless-offline beside it, npm ci --prefix bench/peers" };
  return [
    {
      name: "local: start to first item",
      measured: median(ours),
      unit: "ms",
      against: { name: "bare server", measured: median(bare) },
    },
    { name: "local: npm start to first item", measured: median(byNpm), unit: "ms", ...offline },
  ];
}
