/** What lacks our tag is not ours: it stops deploy and teardown before anything is written. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CreateRestApiCommand } from "@aws-sdk/client-api-gateway";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { type BucketLocationConstraint, CreateBucketCommand } from "@aws-sdk/client-s3";
import { zipSync } from "fflate";
import { deploy } from "../../deploy.ts";
import type { Stack } from "../../stack.ts";
import { teardown } from "../../teardown.ts";
import { useAws } from "./fixture.ts";

const { clients, region, calls, writes, newName, stackOf } = await useAws();

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const createRole = (RoleName: string) =>
  clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));

const createTable = (TableName: string, key: string, Tags?: { Key: string; Value: string }[]) =>
  clients.dynamodb.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      Tags,
    }),
  );

const foreign: Record<string, (stack: Stack) => Promise<unknown>> = {
  role: ({ role }) => createRole(role.name),
  "log group": ({ logGroup }) =>
    clients.logs.send(new CreateLogGroupCommand({ logGroupName: logGroup.name })),
  table: ({ table }) => createTable(table.name, "id"),
  "REST API": ({ api }) => clients.apigateway.send(new CreateRestApiCommand({ name: api.name })),
  bucket: ({ bucket }) =>
    clients.s3.send(
      new CreateBucketCommand({
        Bucket: bucket.name,
        CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
      }),
    ),
  function: async ({ lambda, role }) => {
    const { Role } = await createRole(`${role.name}-other`);
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

describe("somebody else's", () => {
  for (const [type, create] of Object.entries(foreign)) {
    for (const [command, run] of Object.entries({ deploy, teardown })) {
      test(`${type} of the same name stops ${command} before anything is written`, async () => {
        const name = newName();
        await create(await stackOf(name));
        calls.length = 0;

        const refused = run({ name, region, clients });

        const said = {
          name: "Refusal",
          message: new RegExp(`${type}.*not this stack's.*no tag`),
          remedy: /--name/,
        };
        await assert.rejects(refused, said);
        assert.deepEqual(writes(), []);
      });
    }
  }

  test("stack's table is named with the stack that it belongs to", async () => {
    const name = newName();
    await createTable(name, "id", [{ Key: "dynamosync:stack", Value: "theirs" }]);

    const refused = deploy({ name, region, clients });

    await assert.rejects(refused, /belongs to the stack "theirs"/);
  });

  test("key makes a table of ours unusable, and leaves it as it is", async () => {
    const name = newName();
    await createTable(name, "key", [{ Key: "dynamosync:stack", Value: name }]);
    calls.length = 0;

    const refused = deploy({ name, region, clients });

    await assert.rejects(refused, {
      name: "Refusal",
      message: /its key is key \(HASH\) instead of id \(HASH\)/,
    });
    assert.deepEqual(writes(), []);
  });
});
