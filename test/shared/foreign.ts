/** Somebody else's resources under the names that the stack would use. */
import { CreateRestApiCommand } from "@aws-sdk/client-api-gateway";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { type BucketLocationConstraint, CreateBucketCommand } from "@aws-sdk/client-s3";
import { zipSync } from "fflate";
import type { Clients } from "../../converge/aws.ts";
import type { Stack } from "../../stack.ts";

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

const createRole = ({ iam }: Clients, RoleName: string) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));

/** A table; with another key or tags than ours, if need be. */
export const createTable = (
  { dynamodb }: Pick<Clients, "dynamodb">,
  TableName: string,
  key = "id",
  Tags?: { Key: string; Value: string }[],
) =>
  dynamodb.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      Tags,
    }),
  );

/** Creates a resource of each type without our tag. */
export const foreign: Record<string, (clients: Clients, stack: Stack) => Promise<unknown>> = {
  role: (clients, { role }) => createRole(clients, role.name),
  "log group": ({ logs }, { logGroup }) =>
    logs.send(new CreateLogGroupCommand({ logGroupName: logGroup.name })),
  table: (clients, { table }) => createTable(clients, table.name),
  "REST API": ({ apigateway }, { api }) => apigateway.send(new CreateRestApiCommand({ name: api.name })),
  bucket: ({ s3 }, { bucket, region }) => {
    const LocationConstraint = region as BucketLocationConstraint;
    return s3.send(
      new CreateBucketCommand({ Bucket: bucket.name, CreateBucketConfiguration: { LocationConstraint } }),
    );
  },
  function: async (clients, { lambda, role }) => {
    const { Role } = await createRole(clients, `${role.name}-other`);
    await clients.lambda.send(
      new CreateFunctionCommand({
        FunctionName: lambda.name,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: Role!.Arn,
        Code: { ZipFile: zipSync({ "index.mjs": new TextEncoder().encode("export const handler = 1") }) },
      }),
    );
  },
};
