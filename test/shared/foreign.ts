/** Somebody else's resources under the names that the stack would use. */
import { CreateRestApiCommand } from "@aws-sdk/client-api-gateway";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { type BucketLocationConstraint, CreateBucketCommand } from "@aws-sdk/client-s3";
import { zipSync } from "fflate";
import type { Clients } from "../../converge/aws.ts";
import { asTagList } from "../../converge/tags.ts";
import type { Stack } from "../../stack.ts";

/** Says that a test has made it, so that a run on a real account can take it away again. */
export const FOREIGN_TAG = "dynamosync:suite";

const MARK = { [FOREIGN_TAG]: "foreign" };
const MARKS = asTagList(MARK);

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

const createRole = ({ iam }: Clients, RoleName: string) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, Tags: MARKS }));

/** A table; with another key or tags than ours, if need be. */
export const createTable = (
  { dynamodb }: Pick<Clients, "dynamodb">,
  TableName: string,
  key = "id",
  tags: { Key: string; Value: string }[] = [],
) =>
  dynamodb.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      Tags: [...MARKS, ...tags],
    }),
  );

/** Creates a resource of each type without our tag. */
export const foreign: Record<string, (clients: Clients, stack: Stack) => Promise<unknown>> = {
  role: (clients, { role }) => createRole(clients, role.name),
  "log group": ({ logs }, { logGroup }) =>
    logs.send(new CreateLogGroupCommand({ logGroupName: logGroup.name, tags: MARK })),
  table: (clients, { table }) => createTable(clients, table.name),
  "REST API": ({ apigateway }, { api }) =>
    apigateway.send(new CreateRestApiCommand({ name: api.name, tags: MARK })),
  bucket: ({ s3 }, { bucket, region }) => {
    const place = region === "us-east-1" ? {} : { LocationConstraint: region as BucketLocationConstraint };
    return s3.send(
      new CreateBucketCommand({ Bucket: bucket.name, CreateBucketConfiguration: { ...place, Tags: MARKS } }),
    );
  },
  function: async (clients, { lambda, role }) => {
    const { Role } = await createRole(clients, `other-${role.name}`);
    await clients.lambda.send(
      new CreateFunctionCommand({
        FunctionName: lambda.name,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: Role!.Arn,
        Tags: MARK,
        Code: { ZipFile: zipSync({ "index.mjs": new TextEncoder().encode("export const handler = 1") }) },
      }),
    );
  },
};
