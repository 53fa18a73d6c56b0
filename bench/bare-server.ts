/**
 * The floor of the local stack: the shortest server that stores an item with the SDK in the same database, kept on
 * disk as `npm start` keeps it. No API Gateway, no Lambda, no checks. `bare-server.ts <directory>`
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const dynalite: (options: { path: string; createTableMs: number }) => Server = createRequire(import.meta.url)(
  "dynalite",
);

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const endpoint = await listen(dynalite({ path: process.argv[2]!, createTableMs: 0 }));
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const database = new DynamoDBClient({ region: "us-east-1", endpoint, credentials });
await database.send(
  new CreateTableCommand({
    TableName: "items",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    BillingMode: "PAY_PER_REQUEST",
  }),
);

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url!, "http://localhost");
  const [id, value] = [searchParams.get("id")!, searchParams.get("value")!];
  await database.send(
    new PutItemCommand({
      TableName: "items",
      Item: { id: { S: id }, value: { S: value } },
      ReturnValues: "ALL_OLD",
      ConditionExpression: "attribute_not_exists(id) OR #v = :v",
      ExpressionAttributeNames: { "#v": "value" },
      ExpressionAttributeValues: { ":v": { S: value } },
    }),
  );
  response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ id, value }));
});
console.log(`${await listen(server)}/items`);
