/**
 * The floor of the local stack: the shortest server that stores an item with the SDK in the same database, kept on
 * disk as `npm start` keeps it. No API Gateway, no Lambda, no checks. `bare-server.ts <directory>`
 */
import { createServer } from "node:http";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { listen, openTable } from "./table.ts";

const { database } = await openTable(process.argv[2]!);

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
