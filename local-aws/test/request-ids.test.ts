/** Each answer names its request, whatever came of it: support asks for that, and errors show it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { APIGatewayClient, GetRestApiCommand, GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, GetItemCommand, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetRoleCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { GetFunctionCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { GetObjectCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Aws, startAws } from "../src/server.ts";

const RoleArn = "arn:aws:iam::000000000000:role/none";

/** Of each service a call that is answered and one that is refused. */
const CALLS = [
  [APIGatewayClient, new GetRestApisCommand({}), new GetRestApiCommand({ restApiId: "none" })],
  [
    CloudWatchLogsClient,
    new DescribeLogGroupsCommand({}),
    new DeleteLogGroupCommand({ logGroupName: "/none" }),
  ],
  [
    DynamoDBClient,
    new ListTablesCommand({}),
    new GetItemCommand({ TableName: "none", Key: { id: { S: "1" } } }),
  ],
  [IAMClient, new ListRolesCommand({}), new GetRoleCommand({ RoleName: "none" })],
  [LambdaClient, new ListFunctionsCommand({}), new GetFunctionCommand({ FunctionName: "none" })],
  [S3Client, new ListBucketsCommand({}), new GetObjectCommand({ Bucket: "none", Key: "none" })],
  [STSClient, new GetCallerIdentityCommand({}), new AssumeRoleCommand({ RoleArn, RoleSessionName: "none" })],
] as const;

interface Named {
  $metadata: { requestId?: string };
}

describe("each answer names its request", () => {
  let aws: Aws;
  before(async () => {
    aws = await startAws();
  });
  after(() => aws.close());

  for (const [Client, answered, refused] of CALLS)
    test(Client.name, async () => {
      const { siteEndpoint: endpoint, region, accessKeyId, secretAccessKey } = aws;
      const credentials = { accessKeyId, secretAccessKey };
      const client = new Client({ endpoint, region, credentials, maxAttempts: 1, forcePathStyle: true });
      const send = client.send.bind(client) as (command: object) => Promise<Named>;

      const { $metadata: answer } = await send(answered);
      const { $metadata: error } = await send(refused).then(
        () => assert.fail("it was not refused"),
        (error: Named) => error,
      );

      assert.match(answer.requestId ?? "none", /^[\da-f-]{36}$/);
      assert.match(error.requestId ?? "none", /^[\da-f-]{36}$/);
      assert.notEqual(answer.requestId, error.requestId);
    });
});
