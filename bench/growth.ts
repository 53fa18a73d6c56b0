/** What grows: the time of a request and the memory, with the number of items and with their size. */
import { setTimeout } from "node:timers/promises";
import { BatchWriteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DEFAULT_NAME } from "../stack.ts";
import { HEADERS } from "../test/shared/caller.ts";
import { attributesOf, itemOf, queryOf } from "../test/shared/items.ts";
import { type Figure, median } from "./figures.ts";
import { settingsFor } from "./pace.ts";
import { inDirectory, type Running, startServer, TSX } from "./processes.ts";

const ITEMS = [10, 100, 1_000, 10_000, 100_000];
const BYTES = [1, 64, 512, 2_048];
const BATCH = 25;
const ASKED = 60;
const PAUSE_MS = 25;

/** Fills the table of a local stack, and asks it now and then. */
export const measureGrowth = (): Promise<Figure[]> =>
  inDirectory(async directory => {
    const server = await startServer([...TSX, "dev/start.ts", "--port", "0", "--directory", directory]);
    const bySize = await measureSizes(server);
    const client = new DynamoDBClient(await settingsFor(server.url, directory));
    return [...(await measureItems(server, client)), ...bySize];
  });

/** Grows the table step by step; at each, how long a request takes and how much memory there is. */
async function measureItems(server: Running, client: DynamoDBClient): Promise<Figure[]> {
  const seen: { post: number; get: number; memory: number }[] = [];
  let held = 0;
  for (const items of ITEMS) {
    await grow(client, held, items);
    held = items;
    const { post, get } = await ask(server.url, `${items}`, "some text");
    seen.push({ post, get, memory: (await server.usage()).megabytes });
  }
  const [least] = seen;
  return ITEMS.slice(1).flatMap((items, at) => {
    const now = seen[at + 1]!;
    const figure = (what: keyof typeof now, unit: string): Figure => ({
      name: `growth, ${items.toLocaleString("en")} items: ${what}`,
      measured: now[what],
      unit,
      against: { name: `${ITEMS[0]} items`, measured: least![what] },
    });
    return [figure("post", "ms"), figure("get", "ms"), figure("memory", "MB")];
  });
}

async function grow(client: DynamoDBClient, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += BATCH) {
    const ids = Array.from({ length: Math.min(BATCH, to - start) }, (_, at) => `grown-${start + at}`);
    const puts = ids.map(id => ({ PutRequest: { Item: attributesOf(itemOf(id, "some text")) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [DEFAULT_NAME]: puts } }));
  }
}

async function measureSizes({ url }: Running): Promise<Figure[]> {
  await ask(url, "warm", "some text");
  const seen = new Map<number, { post: number; get: number }>();
  for (const bytes of BYTES) seen.set(bytes, await ask(url, `bytes-${bytes}`, "x".repeat(bytes)));
  const least = seen.get(BYTES[0]!)!;
  return BYTES.slice(1).flatMap(bytes =>
    (["post", "get"] as const).map(what => ({
      name: `growth, ${bytes.toLocaleString("en")} bytes: ${what}`,
      measured: seen.get(bytes)![what],
      unit: "ms",
      against: { name: `${BYTES[0]} byte`, measured: least[what] },
    })),
  );
}

/** Stores and reads some items, more slowly than the stage's throttling allows. */
async function ask(url: string, name: string, text: string): Promise<{ post: number; get: number }> {
  const times: Record<"POST" | "GET", number[]> = { POST: [], GET: [] };
  for (let at = 0; at < ASKED; at++)
    for (const method of ["POST", "GET"] as const) {
      const id = `${name}-${at}`;
      const query = queryOf(method === "POST" ? itemOf(id, text) : { id });
      const started = performance.now();
      const answer = await fetch(`${url}?${query}`, { method, headers: HEADERS });
      await answer.text();
      times[method].push(performance.now() - started);
      if (!answer.ok) throw new Error(`Cannot measure ${url} because it answered ${answer.status}.`);
      await setTimeout(PAUSE_MS);
    }
  return { post: median(times.POST), get: median(times.GET) };
}
