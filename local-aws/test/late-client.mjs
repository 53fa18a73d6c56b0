/** A thread whose clock is an hour late: each of its clients makes a call, and retries once. */
import { workerData } from "node:worker_threads";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const RealDate = Date;
const now = () => RealDate.now() - 3_600_000;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length > 0 ? parts : [now()]));
  }
  static now = now;
};

await new DynamoDBClient(workerData).send(new ListTablesCommand({}));
await new STSClient(workerData).send(new GetCallerIdentityCommand({}));
await new S3Client(workerData).send(new ListBucketsCommand({}));
