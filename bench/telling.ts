/** What it costs that the local AWS tells what it decides, and that somebody looks. */
import { join } from "node:path";
import { type Budget, type Figure, median, ratioOf } from "./figures.ts";
import { liftThrottling, loadOnce, type Seen } from "./pace.ts";
import { inDirectory, type Running, startServer, TSX } from "./processes.ts";

const ROUNDS = 7;
const CONNECTIONS = 50;

const HOWS = ["silent", "telling", "watched"] as const;
type How = (typeof HOWS)[number];

/** Loads three servers in turns: one that tells nothing, one that does, one with a viewer. */
export const measureTelling = (): Promise<Figure[]> =>
  inDirectory(async directory => {
    const servers = {} as Record<How, Running>;
    for (const how of HOWS) servers[how] = await start(how, join(directory, how));
    const rounds: Record<How, Seen>[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const seen = await loadAll(servers, round);
      if (round > 0) rounds.push(seen); // the first makes them warm
    }
    return [
      ...figuresOf("telling what it decides", rounds, "telling", "silent", { atLeast: 0.95 }),
      ...figuresOf("with a viewer", rounds, "watched", "telling"),
    ];
  });

async function start(how: How, directory: string): Promise<Running> {
  const server = await startServer([...TSX, "bench/told-server.ts", how, directory]);
  await liftThrottling(server.url, directory);
  return server;
}

/** Every other round goes backwards, so that what drifts meets all alike. */
async function loadAll(servers: Record<How, Running>, round: number): Promise<Record<How, Seen>> {
  const seen = {} as Record<How, Seen>;
  for (const how of round % 2 ? HOWS.toReversed() : HOWS)
    seen[how] = await loadOnce(servers[how], CONNECTIONS);
  return seen;
}

/** Of the pairs, that with the median ratio. */
function figuresOf(
  title: string,
  rounds: Record<How, Seen>[],
  how: How,
  against: How,
  budget?: Budget,
): Figure[] {
  const figure = (what: "requestsPerSecond" | "cpuMs", name: string, unit: string): Figure => {
    const pairs = rounds.map(seen => ({
      name: `local, ${title}: ${name}`,
      measured: seen[how][what],
      unit,
      against: { name: against, measured: seen[against][what] },
    }));
    const middle = median(pairs.map(pair => ratioOf(pair)!));
    return pairs.find(pair => ratioOf(pair) === middle)!;
  };
  return [
    { ...figure("requestsPerSecond", "requests a second", ""), budget },
    figure("cpuMs", "processor time", "ms"),
  ];
}
