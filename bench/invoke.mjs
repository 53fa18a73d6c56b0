// @ts-check
/**
 * Invokes a function as Lambda's runtime does: once for its cold start, then until it is warm. Plain JavaScript, so
 * that no loader is measured. `invoke.mjs <file>`
 */
import { pathToFileURL } from "node:url";

const event = {
  resource: "/items",
  path: "/items",
  httpMethod: "POST",
  headers: {},
  multiValueHeaders: {},
  queryStringParameters: { id: "a", value: "b" },
  multiValueQueryStringParameters: { id: ["a"], value: ["b"] },
  requestContext: { requestId: "request-1" },
};
const context = { awsRequestId: "invocation-1", getRemainingTimeInMillis: () => 10_000 };
const WARMING = 300;
const WARM = 100;

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // the function's log

const { handler } = await import(pathToFileURL(process.argv[2] ?? "").href);
const { statusCode: status } = await handler(event, context);
const coldMs = Date.now() - Number(process.env.SPAWNED_AT);
const { user, system } = process.cpuUsage();

for (let call = 0; call < WARMING; call++) await handler(event, context);
const times = [];
for (let call = 0; call < WARM; call++) {
  const started = performance.now();
  await handler(event, context);
  times.push(performance.now() - started);
}
const warmMs = times.sort((a, b) => a - b)[WARM / 2];
write(JSON.stringify({ status, coldMs, coldCpuMs: (user + system) / 1000, warmMs }));
process.exit();
