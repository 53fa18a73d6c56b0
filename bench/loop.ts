/**
 * The developer's loop: from saving the function to its new answer, while somebody asks all the time. Beside the shortest
 * server that Node itself restarts, and beside serverless-offline, which loads the function anew for each request.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { HEADERS } from "../test/shared/caller.ts";
import { freePort } from "../test/shared/free-port.ts";
import { copyProject } from "../test/shared/project-copy.ts";
import { TYPESCRIPT } from "../test/shared/run-script.ts";
import { type Figure, median, percentile } from "./figures.ts";
import { FUNCTION, openPeer, type Peer } from "./peer.ts";
import { inDirectory, type Running, startServer } from "./processes.ts";

const SAVES = 15;
const REST_MS = 1_000;
const PATIENCE_MS = 30_000;
/** So often is asked: the throttle lets it pass, and a figure is too high by half of it. */
const ASK_MS = 25;

const SENTENCE = "There is no item with this ID.";

/** A server, the file that is saved, and what came of it. */
interface Loop {
  server: Running;
  file: string;
  original: string;
  times: number[];
  failures: number;
}

/** Measures all that there are in turn. */
export const measureLoop = (): Promise<Figure[]> =>
  inDirectory(async directory => {
    const project = await copyProject("dynamosync-loop-");
    const peer = await openPeer(join(directory, "peer"));
    try {
      const loops = {
        ours: await ours(project),
        watched: await watched(join(directory, "server.mjs")),
        ...(peer && { peer: await reloading(peer) }),
      };
      for (let save = 1; save <= SAVES; save++)
        for (const loop of Object.values(loops)) await saveOnce(loop, `Saved ${save}.`);
      return figuresOf(loops);
    } finally {
      peer?.close();
      await rm(project, { recursive: true, force: true });
    }
  });

const loopOf = async (server: Running, file: string): Promise<Loop> => ({
  server,
  file,
  original: await readFile(file, "utf8"),
  times: [],
  failures: 0,
});

async function ours(project: string): Promise<Loop> {
  const start = [process.execPath, ...TYPESCRIPT, "dev/start.ts", "--port", "0"];
  return loopOf(await startServer(start, { cwd: project }), join(project, "handler.ts"));
}

async function watched(file: string): Promise<Loop> {
  const port = await freePort();
  await writeFile(
    file,
    `import { createServer } from "node:http";
    createServer((_, response) => response.writeHead(404).end("${SENTENCE}")).listen(${port}, "127.0.0.1");
    console.log("http://127.0.0.1:${port}/items");`,
  );
  return loopOf(await startServer([process.execPath, "--watch", file]), file);
}

const reloading = async (peer: Peer): Promise<Loop> =>
  loopOf(await peer.start("--reloadHandler"), join(FUNCTION, "index.mjs"));

/** Saves, and asks until it is answered by what was saved. Every other answer than that and the one before failed. */
async function saveOnce(loop: Loop, sentence: string): Promise<void> {
  await setTimeout(REST_MS);
  const saved = performance.now();
  await writeFile(loop.file, loop.original.replace(SENTENCE, sentence));
  for (;;) {
    const answer = await fetch(`${loop.server.url}?id=nobody`, { headers: HEADERS }).catch(() => undefined);
    if (answer?.status !== 404) loop.failures++;
    if ((await answer?.text())?.includes(sentence)) break;
    if (performance.now() - saved > PATIENCE_MS)
      throw new Error(`Cannot measure ${loop.file}: no new answer.`);
    await setTimeout(ASK_MS);
  }
  loop.times.push(performance.now() - saved);
}

const PEERS = { watched: "node --watch", peer: "serverless-offline" };

function figuresOf({ ours, ...peers }: { ours: Loop; watched: Loop; peer?: Loop }): Figure[] {
  const figure = { name: "loop: save to new answer", measured: median(ours.times), unit: "ms" };
  const beside = Object.entries(peers) as [keyof typeof PEERS, Loop][];
  const failed = beside.map(([name, { failures }]) => `${failures} of ${PEERS[name]}`).join(", ");
  return [
    { ...figure, budget: { atMost: 250 } },
    ...beside.map(([name, { times }]) => ({
      ...figure,
      against: { name: PEERS[name], measured: median(times) },
    })),
    {
      name: "loop: 9 of 10 saves within",
      measured: percentile(ours.times, 90),
      unit: "ms",
      against: { name: PEERS.watched, measured: percentile(peers.watched.times, 90) },
    },
    {
      name: "loop: requests failed",
      measured: ours.failures,
      unit: "",
      budget: { atMost: 0 },
      note: `in ${SAVES} saves; ${failed}`,
    },
  ];
}
