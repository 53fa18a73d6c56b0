/**
 * The floor of the local stack: the shortest server that stores an item with the SDK in the same database, kept on
 * disk as `npm start` keeps it. No API Gateway, no Lambda, no checks. With "handed", each request is handed to a worker
 * thread that has no other one, which is the least that a Lambda function costs: the ceiling of what the local stack
 * can reach. `bare-server.ts <directory> [handed]`
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { store } from "./store.mjs";
import { listen, openTable } from "./table.ts";

type Item = Parameters<typeof store>[1];

/** Stores items on worker threads, as many as there are processors, each one item at a time. */
function handedOver(endpoint: string): (item: Item) => Promise<unknown> {
  const start = () =>
    new Worker(new URL("store.mjs", import.meta.url), { workerData: { endpoint }, execArgv: [] });
  const free = Array.from({ length: availableParallelism() }, start);
  const waiting: ((worker: Worker) => void)[] = [];
  return async item => {
    const worker = free.pop() ?? (await new Promise<Worker>(resolve => waiting.push(resolve)));
    const stored = once(worker, "message");
    worker.postMessage(item);
    await stored;
    const next = waiting.shift();
    if (next) next(worker);
    else free.push(worker);
  };
}

const [directory, how] = process.argv.slice(2);
const { database, endpoint } = await openTable(directory!);
const put = how === "handed" ? handedOver(endpoint) : (item: Item) => store(database, item);

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url!, "http://localhost");
  const item = { id: searchParams.get("id")!, value: searchParams.get("value")! };
  await put(item);
  response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify(item));
});
console.log(`${await listen(server)}/items`);
