/** Tells on stderr, at its end, which clients of the SDK this process has loaded. */
import { writeSync } from "node:fs";
import { createRequire } from "node:module";

const { cache } = createRequire(import.meta.url);

process.on("exit", () => {
  const clients = Object.keys(cache).flatMap(path => /@aws-sdk[\\/](client-[\w-]+)/.exec(path)?.[1] ?? []);
  writeSync(2, `clients: ${[...new Set(clients)].sort().join(" ")}\n`);
});
