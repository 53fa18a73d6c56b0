/** The database of servers that bring none: dynalite, kept on disk. Alone: `table.ts <directory>`. */
import { once } from "node:events";
import { createRequire } from "node:module";
import type { AddressInfo, Server } from "node:net";
import { CreateTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientOf } from "./store.mjs";

/** dynalite has no types of its own. */
const dynalite: (options: { path: string; createTableMs: number }) => Server = createRequire(import.meta.url)(
  "dynalite",
);

/** Begins to listen on a port that is free; returns the URL. */
export async function listen(server: Server): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Opens the table "items" in a directory; returns a client of it and its endpoint. */
export async function openTable(directory: string): Promise<{ database: DynamoDBClient; endpoint: string }> {
  const endpoint = await listen(dynalite({ path: directory, createTableMs: 0 }));
  const database = clientOf(endpoint);
  await database.send(
    new CreateTableCommand({
      TableName: "items",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  return { database, endpoint };
}

if (process.argv[1] === import.meta.filename) {
  const { endpoint } = await openTable(process.argv[2]!);
  process.send!(endpoint);
  process.on("disconnect", () => process.exit());
}
