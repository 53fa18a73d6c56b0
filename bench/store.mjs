// @ts-check
/**
 * Stores an item as the function does. As a worker thread it does so for whoever hands it items, one at a time. Plain
 * JavaScript, so that a worker starts without a TypeScript loader.
 */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

/** @param {string} endpoint of the database */
export function clientOf(endpoint) {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  return new DynamoDBClient({ region: "us-east-1", endpoint, credentials });
}

/** @param {DynamoDBClient} database @param {{ id: string, value: string }} item */
export const store = (database, { id, value }) =>
  database.send(
    new PutItemCommand({
      TableName: "items",
      Item: { id: { S: id }, value: { S: value } },
      ReturnValues: "ALL_OLD",
      ConditionExpression: "attribute_not_exists(id) OR #v = :v",
      ExpressionAttributeNames: { "#v": "value" },
      ExpressionAttributeValues: { ":v": { S: value } },
    }),
  );

if (!isMainThread && workerData?.endpoint) {
  const database = clientOf(workerData.endpoint);
  parentPort?.on("message", async item => {
    await store(database, item);
    parentPort?.postMessage("stored");
  });
}
