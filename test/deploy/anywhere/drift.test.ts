/** What somebody changes by hand, the next deploy names and repairs; and the one after it finds nothing. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import { zipSync } from "fflate";
import type { Clients } from "../../../converge/aws.ts";
import { allowed } from "../../../dev/agreement.ts";
import { deploy } from "../../../ensure.ts";
import type { Stack } from "../../../stack.ts";
import { useAws } from "../fixture.ts";

const { aws, clients, region, newName, stackOf, writes, calls } = await useAws();
const name = newName();
let stack: Stack;
let restApiId: string;
let itemsId: string;

before(async () => {
  await deploy({ name, region, aws });
  stack = await stackOf(name);
  const { items: apis } = await clients.apigateway.send(new apigateway.GetRestApisCommand({ limit: 500 }));
  restApiId = apis!.find(api => api.name === name)!.id!;
  const { items } = await clients.apigateway.send(new apigateway.GetResourcesCommand({ restApiId }));
  itemsId = items!.find(({ path }) => path === "/items")!.id!;
});

interface Drift {
  type: string;
  setting: string;
  /** What somebody does by hand. */
  by: string;
  change(clients: Clients): Promise<unknown>;
}

const foreignPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "dynamodb:*", Resource: "*" }],
});
const everybody = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const otherCode = () => zipSync({ "index.mjs": new TextEncoder().encode("export const handler = () => {}") });

const configure =
  (change: Omit<lambda.UpdateFunctionConfigurationCommandInput, "FunctionName">) => (to: Clients) =>
    to.lambda.send(new lambda.UpdateFunctionConfigurationCommand({ FunctionName: name, ...change }));

const patchStage = (...patchOperations: apigateway.PatchOperation[]) =>
  clients.apigateway.send(
    new apigateway.UpdateStageCommand({ restApiId, stageName: "prod", patchOperations }),
  );

const target = () => ({ restApiId, resourceId: itemsId });

/** A method that the API is not to have. */
const UNWANTED = ["DELETE", "PATCH"].find(method => !allowed().methods.includes(method))!;

const drifts: Drift[] = [
  {
    type: "role",
    setting: "policy store-items",
    by: "widening the role's policy",
    change: ({ iam: client }) =>
      client.send(
        new iam.PutRolePolicyCommand({
          RoleName: stack.role.name,
          PolicyName: "store-items",
          PolicyDocument: foreignPolicy,
        }),
      ),
  },
  {
    type: "role",
    setting: "policy store-items",
    by: "deleting the role's policy",
    change: ({ iam: client }) =>
      client.send(new iam.DeleteRolePolicyCommand({ RoleName: stack.role.name, PolicyName: "store-items" })),
  },
  {
    type: "role",
    setting: "other inline policies",
    by: "adding a policy",
    change: ({ iam: client }) =>
      client.send(
        new iam.PutRolePolicyCommand({
          RoleName: stack.role.name,
          PolicyName: "more",
          PolicyDocument: foreignPolicy,
        }),
      ),
  },
  {
    type: "role",
    setting: "trust policy",
    by: "trusting another service",
    change: ({ iam: client }) =>
      client.send(
        new iam.UpdateAssumeRolePolicyCommand({ RoleName: stack.role.name, PolicyDocument: everybody }),
      ),
  },
  {
    type: "log group",
    setting: "retention in days",
    by: "keeping logs longer",
    change: ({ logs: client }) =>
      client.send(
        new logs.PutRetentionPolicyCommand({ logGroupName: stack.logGroup.name, retentionInDays: 365 }),
      ),
  },
  {
    type: "table",
    setting: "deletion protection",
    by: "switching it off",
    change: ({ dynamodb: client }) =>
      client.send(new dynamodb.UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: false })),
  },
  {
    type: "table",
    setting: "point-in-time recovery",
    by: "switching it off",
    change: ({ dynamodb: client }) =>
      client.send(
        new dynamodb.UpdateContinuousBackupsCommand({
          TableName: name,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
        }),
      ),
  },
  {
    type: "table",
    setting: "billing mode",
    by: "provisioning capacity",
    change: ({ dynamodb: client }) =>
      client.send(
        new dynamodb.UpdateTableCommand({
          TableName: name,
          BillingMode: "PROVISIONED",
          ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
        }),
      ),
  },
  {
    type: "function",
    setting: "timeout in seconds",
    by: "shortening it",
    change: configure({ Timeout: 3 }),
  },
  {
    type: "function",
    setting: "memory in megabytes",
    by: "lowering it",
    change: configure({ MemorySize: 128 }),
  },
  {
    type: "function",
    setting: "runtime",
    by: "choosing an older one",
    change: configure({ Runtime: "nodejs22.x" }),
  },
  {
    type: "function",
    setting: "handler",
    by: "naming another one",
    change: configure({ Handler: "index.other" }),
  },
  {
    type: "function",
    setting: "environment",
    by: "naming another table",
    change: configure({ Environment: { Variables: { TABLE_NAME: "elsewhere" } } }),
  },
  {
    type: "function",
    setting: "code (SHA-256)",
    by: "uploading other code",
    change: ({ lambda: client }) =>
      client.send(new lambda.UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: otherCode() })),
  },
  {
    type: "permission",
    setting: "statements",
    by: "letting anything of API Gateway in",
    change: ({ lambda: client }) =>
      client.send(
        new lambda.AddPermissionCommand({
          FunctionName: name,
          StatementId: "more",
          Action: "lambda:InvokeFunction",
          Principal: "apigateway.amazonaws.com",
        }),
      ),
  },
  {
    type: "routes",
    setting: "POST /items",
    by: "deleting a method",
    change: ({ apigateway: client }) =>
      client.send(new apigateway.DeleteMethodCommand({ ...target(), httpMethod: "POST" })),
  },
  {
    type: "routes",
    setting: `${UNWANTED} /items`,
    by: "adding a method",
    change: ({ apigateway: client }) =>
      client.send(
        new apigateway.PutMethodCommand({ ...target(), httpMethod: UNWANTED, authorizationType: "NONE" }),
      ),
  },
  {
    type: "routes",
    setting: "GET /items",
    by: "pointing a method elsewhere",
    change: ({ apigateway: client }) =>
      client.send(
        new apigateway.PutIntegrationCommand({
          ...target(),
          httpMethod: "GET",
          type: "MOCK",
          requestTemplates: { "application/json": '{"statusCode": 200}' },
        }),
      ),
  },
  {
    type: "routes",
    setting: "gateway response DEFAULT_4XX",
    by: "taking its CORS header away",
    change: ({ apigateway: client }) =>
      client.send(
        new apigateway.PutGatewayResponseCommand({
          restApiId,
          responseType: "DEFAULT_4XX",
          responseParameters: {},
        }),
      ),
  },
  {
    type: "routes",
    setting: "other paths",
    by: "adding a path",
    change: async ({ apigateway: client }) => {
      const { items } = await client.send(new apigateway.GetResourcesCommand({ restApiId }));
      const parentId = items!.find(({ path }) => path === "/")!.id;
      await client.send(new apigateway.CreateResourceCommand({ restApiId, parentId, pathPart: "more" }));
    },
  },
  {
    type: "stage",
    setting: "deployment",
    by: "deploying by hand",
    change: async ({ apigateway: client }) => {
      const { id } = await client.send(new apigateway.CreateDeploymentCommand({ restApiId }));
      await patchStage({ op: "replace", path: "/deploymentId", value: id });
    },
  },
  {
    type: "stage",
    setting: "throttling",
    by: "raising the limit",
    change: () => patchStage({ op: "replace", path: "/*/*/throttling/rateLimit", value: "9000" }),
  },
  {
    type: "website",
    setting: "policy",
    by: "deleting it",
    change: ({ s3: client }) => client.send(new s3.DeleteBucketPolicyCommand({ Bucket: stack.bucket.name })),
  },
  {
    type: "website",
    setting: "redirect",
    by: "serving the page from the website endpoint",
    change: ({ s3: client }) =>
      client.send(
        new s3.PutBucketWebsiteCommand({
          Bucket: stack.bucket.name,
          WebsiteConfiguration: { IndexDocument: { Suffix: "index.html" } },
        }),
      ),
  },
  {
    type: "website",
    setting: "public access block",
    by: "removing it",
    change: ({ s3: client }) =>
      client.send(new s3.DeletePublicAccessBlockCommand({ Bucket: stack.bucket.name })),
  },
  {
    type: "website",
    setting: "object ownership",
    by: "allowing ACLs",
    change: ({ s3: client }) =>
      client.send(
        new s3.PutBucketOwnershipControlsCommand({
          Bucket: stack.bucket.name,
          OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
        }),
      ),
  },
  {
    type: "page",
    setting: "content (SHA-256)",
    by: "uploading another page",
    change: ({ s3: client }) =>
      client.send(
        new s3.PutObjectCommand({
          Bucket: stack.bucket.name,
          Key: "index.html",
          Body: "<h1>Hello</h1>",
          ContentType: "text/html; charset=utf-8",
          ContentEncoding: "gzip",
          CacheControl: "no-cache",
        }),
      ),
  },
  {
    type: "page",
    setting: "content encoding",
    by: "storing it anew without it",
    change: async ({ s3: client }) => {
      const place = { Bucket: stack.bucket.name, Key: "index.html" };
      const { Body, ContentType, CacheControl } = await client.send(new s3.GetObjectCommand(place));
      const bytes = await Body!.transformToByteArray();
      await client.send(new s3.PutObjectCommand({ ...place, Body: bytes, ContentType, CacheControl }));
    },
  },
];

describe("drift is named and repaired:", () => {
  for (const { type, setting, by, change } of drifts) {
    test(`${type}, ${setting}, after ${by}`, async () => {
      await change(clients);

      const repaired = await deploy({ name, region, aws });

      const changed = repaired.resources.filter(({ outcome }) => outcome !== "unchanged");
      const redeployed = type === "routes" ? [["stage", "updated", ["deployed routes"]]] : [];
      assert.deepEqual(
        changed.map(result => [result.type, result.outcome, result.changes.map(change => change.setting)]),
        [[type, "updated", [setting]], ...redeployed],
      );
      calls.length = 0;
      await deploy({ name, region, aws });
      assert.deepEqual(writes(), []);
    });
  }

  const gone: [string, (clients: Clients) => Promise<unknown>][] = [
    [
      "permission",
      ({ lambda: client }) =>
        client.send(
          new lambda.RemovePermissionCommand({ FunctionName: name, StatementId: `api-${restApiId}` }),
        ),
    ],
    [
      "page",
      ({ s3: client }) =>
        client.send(new s3.DeleteObjectCommand({ Bucket: stack.bucket.name, Key: "index.html" })),
    ],
    [
      "log group",
      ({ logs: client }) =>
        client.send(new logs.DeleteLogGroupCommand({ logGroupName: stack.logGroup.name })),
    ],
    [
      "stage",
      ({ apigateway: client }) =>
        client.send(new apigateway.DeleteStageCommand({ restApiId, stageName: "prod" })),
    ],
  ];
  for (const [type, remove] of gone) {
    test(`${type}, after deleting it`, async () => {
      await remove(clients);

      const repaired = await deploy({ name, region, aws });

      const changed = repaired.resources.filter(({ outcome }) => outcome !== "unchanged");
      assert.deepEqual(
        changed.map(result => [result.type, result.outcome]),
        [[type, "created"]],
      );
    });
  }

  test("a dry run names the same settings as the deploy after it", async () => {
    await configure({ Timeout: 4, MemorySize: 256 })(clients);
    await clients.s3.send(new s3.DeleteBucketPolicyCommand({ Bucket: stack.bucket.name }));
    const changesOf = ({ resources }: Awaited<ReturnType<typeof deploy>>) =>
      resources.flatMap(({ type, changes }) => changes.map(change => ({ type, ...change })));

    const foretold = await deploy({ name, region, aws, dryRun: true });
    const done = await deploy({ name, region, aws });

    assert.deepEqual(changesOf(foretold), changesOf(done));
    assert.equal(changesOf(done).length, 3);
  });
});
