/** Who may do what: the policies that were really deployed, read back and evaluated as IAM does. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { CreateStageCommand, GetStageCommand } from "@aws-sdk/client-api-gateway";
import { GetLogEventsCommand, paginateDescribeLogStreams } from "@aws-sdk/client-cloudwatch-logs";
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { GetPolicyCommand } from "@aws-sdk/client-lambda";
import { GetBucketPolicyCommand, GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { deploy } from "../deploy.ts";
import { evaluate, type PolicyRequest, type Principal } from "../local/policy.ts";
import { startLocalAws } from "../local/server.ts";
import { connect, identify } from "../resources/clients.ts";
import { stack } from "../stack.ts";

const NAME = "modest";
const REGION = "eu-central-1";

const aws = await startLocalAws({ region: REGION });
Object.assign(process.env, aws.environment);
after(() => aws.close());
const clients = connect(REGION);
const { apiUrl, siteUrl, account } = await deploy({ name: NAME, region: REGION, clients });
const { table, logGroup, role, lambda, bucket, api } = stack({
  name: NAME,
  region: REGION,
  ...(await identify(clients)),
});
const restApiId = /execute-api\/(\w+)/.exec(apiUrl)![1]!;
const logStream = `${logGroup.arn}:log-stream:2026/01/01/[$LATEST]1`;
const page = `arn:aws:s3:::${bucket.name}/${bucket.pageKey}`;

const service = (name: string, ...actions: string[]) => actions.map(action => `${name}:${action}`);

const OF_TABLES =
  "GetItem PutItem UpdateItem DeleteItem Query Scan BatchGetItem BatchWriteItem ConditionCheckItem PartiQLInsert " +
  "PartiQLSelect PartiQLDelete DescribeTable CreateTable UpdateTable DeleteTable ListTables TagResource " +
  "UpdateContinuousBackups CreateBackup ExportTableToPointInTime GetRecords";
const OF_LOGS =
  "CreateLogStream PutLogEvents CreateLogGroup DeleteLogGroup DeleteLogStream GetLogEvents FilterLogEvents " +
  "PutRetentionPolicy DeleteRetentionPolicy DescribeLogGroups DescribeLogStreams";
const OF_BUCKETS =
  "GetObject PutObject DeleteObject GetObjectAcl PutObjectAcl GetObjectVersion DeleteObjectVersion GetObjectTagging " +
  "PutObjectTagging ListBucket ListBucketVersions GetBucketPolicy PutBucketPolicy DeleteBucketPolicy DeleteBucket " +
  "PutBucketWebsite PutBucketAcl PutBucketPublicAccessBlock AbortMultipartUpload RestoreObject";
const ACTIONS = [
  ...service("dynamodb", ...OF_TABLES.split(" ")),
  ...service("logs", ...OF_LOGS.split(" ")),
  ...service("s3", ...OF_BUCKETS.split(" ")),
  ...service(
    "iam",
    "PassRole",
    "GetRole",
    "CreateRole",
    "PutRolePolicy",
    "AttachRolePolicy",
    "CreateAccessKey",
  ),
  ...service("lambda", "InvokeFunction", "InvokeFunctionUrl", "UpdateFunctionCode", "AddPermission"),
  ...service("apigateway", "GET", "POST", "PATCH", "DELETE"),
  ...service("sts", "AssumeRole"),
  ...service("kms", "Decrypt"),
  ...service("ec2", "CreateNetworkInterface"),
];

/** The stack's own, and their neighbours: longer names, other regions, other accounts, parts of them. */
const RESOURCES = [
  "*",
  ...[table.arn, logStream, lambda.arn].flatMap(arn => [
    arn,
    arn.replace(REGION, "us-east-1"),
    arn.replace(account, "999999999999"),
  ]),
  `${table.arn}-2`,
  `${table.arn}/index/by-value`,
  `${table.arn}/stream/2026-01-01T00:00:00.000`,
  logGroup.arn,
  `${logGroup.arn}-2:log-stream:1`,
  role.arn,
  `arn:aws:s3:::${bucket.name}`,
  page,
  `arn:aws:s3:::${bucket.name}-2/index.html`,
];

/** All that is allowed, of every action on every resource. */
function allowed(policies: string[], request: Partial<PolicyRequest> = {}): string[] {
  const pairs = ACTIONS.flatMap(action => RESOURCES.map(resource => ({ action, resource })));
  return pairs
    .filter(pair => policies.some(policy => evaluate(policy, { ...pair, ...request }) === "allow"))
    .map(({ action, resource }) => `${action} ${resource}`);
}

const RoleName = role.name;

/** All policies of the function's role. A managed one is none that anybody here wrote: there must be none. */
async function rolePolicies(): Promise<string[]> {
  const attached = await clients.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  assert.deepEqual(attached.AttachedPolicies, []);
  const { PolicyNames } = await clients.iam.send(new ListRolePoliciesCommand({ RoleName }));
  const policies = PolicyNames!.map(PolicyName =>
    clients.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
  );
  return (await Promise.all(policies)).map(({ PolicyDocument }) => decodeURIComponent(PolicyDocument!));
}

const ask = async (method: string, query: string) =>
  (await fetch(`${apiUrl}?${query}`, { method, signal: AbortSignal.timeout(10_000) })).status;

describe("the function", () => {
  test("may read and store items of its table, write its log, and nothing else", async () => {
    const policies = await rolePolicies();

    assert.deepEqual(allowed(policies), [
      `dynamodb:GetItem ${table.arn}`,
      `dynamodb:PutItem ${table.arn}`,
      `logs:CreateLogStream ${logStream}`,
      `logs:PutLogEvents ${logStream}`,
    ]);
  });

  test("does all that it may: each of its permissions is used", async () => {
    const used = new Set<string>();
    aws.world.on(
      "call",
      ({ by, service, operation }) => by === "role" && used.add(`${service}:${operation}`),
    );

    const answers = [
      await ask("POST", "id=1&value=a"),
      await ask("POST", "id=1&value=b"),
      await ask("PUT", "id=1&value=b"),
      await ask("GET", "id=1"),
      await ask("GET", "id="),
    ];

    assert.deepEqual(answers, [201, 409, 200, 200, 400]);
    assert.deepEqual([...used].sort(), ["dynamodb:GetItem", "dynamodb:PutItem"]);
    assert.ok((await lines()).length >= answers.length, "Lambda wrote no log with the role's permissions");
  });

  test("alone takes its role: Lambda may assume it, and nobody else", async () => {
    const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName }));
    const trust = decodeURIComponent(Role!.AssumeRolePolicyDocument!);
    const mayAssume = (principal: Principal) =>
      evaluate(trust, { action: "sts:AssumeRole", resource: role.arn, principal });

    assert.equal(mayAssume({ Service: "lambda.amazonaws.com" }), "allow");
    for (const other of ["ec2.amazonaws.com", "apigateway.amazonaws.com", "edgelambda.amazonaws.com"])
      assert.equal(mayAssume({ Service: other }), "none");
    assert.equal(mayAssume({ AWS: `arn:aws:iam::${account}:user/local` }), "none");
    assert.equal(mayAssume("*"), "none");
  });
});

/** The lines of all log streams. */
async function lines(): Promise<string[]> {
  const found: string[] = [];
  const logGroupName = logGroup.name;
  for await (const { logStreams } of paginateDescribeLogStreams({ client: clients.logs }, { logGroupName })) {
    for (const { logStreamName } of logStreams!) {
      const { events } = await clients.logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }));
      found.push(...events!.map(({ message }) => message!));
    }
  }
  return found;
}

describe("API Gateway", () => {
  const gateway = { Service: "apigateway.amazonaws.com" };
  const sourceOf = (path: string) => `arn:aws:execute-api:${REGION}:${account}:${path}`;
  const ours = { "AWS:SourceArn": sourceOf(`${restApiId}/${api.stageName}/POST/${api.path}`) };

  const functionPolicy = async () =>
    (await clients.lambda.send(new GetPolicyCommand({ FunctionName: lambda.name }))).Policy!;

  test("may invoke the function for this API's stage and path, and do nothing else with it", async () => {
    const policy = await functionPolicy();

    for (const method of [...api.methods, "ANY"]) {
      const conditions = { "AWS:SourceArn": sourceOf(`${restApiId}/${api.stageName}/${method}/${api.path}`) };
      assert.deepEqual(allowed([policy], { principal: gateway, conditions }), [
        `lambda:InvokeFunction ${lambda.arn}`,
      ]);
    }
  });

  test("may not invoke it for another API, stage, path, account or region", async () => {
    const policy = await functionPolicy();
    const others = [
      sourceOf(`other/${api.stageName}/POST/${api.path}`),
      sourceOf(`${restApiId}x/${api.stageName}/POST/${api.path}`),
      sourceOf(`${restApiId}/test-invoke-stage/POST/${api.path}`),
      sourceOf(`${restApiId}/${api.stageName}2/POST/${api.path}`),
      sourceOf(`${restApiId}/${api.stageName}/POST/`),
      sourceOf(`${restApiId}/${api.stageName}/POST/${api.path}2`),
      sourceOf(`${restApiId}/${api.stageName}/POST/admin`),
      ours["AWS:SourceArn"].replace(account, "999999999999"),
      ours["AWS:SourceArn"].replace(REGION, "us-east-1"),
    ];

    for (const source of others)
      assert.deepEqual(
        allowed([policy], { principal: gateway, conditions: { "AWS:SourceArn": source } }),
        [],
      );
    assert.deepEqual(allowed([policy], { principal: gateway }), []);
  });

  test("alone may invoke it: no other service, no other account, not the world", async () => {
    const policy = await functionPolicy();
    const others: Principal[] = [
      "*",
      { AWS: "arn:aws:iam::999999999999:root" },
      { AWS: "arn:aws:iam::999999999999:user/somebody" },
      { Service: "s3.amazonaws.com" },
      { Service: "events.amazonaws.com" },
    ];

    for (const principal of others)
      assert.deepEqual(allowed([policy], { principal, conditions: ours }), [], JSON.stringify(principal));
  });

  test("serves nothing of the function on a second stage of the same deployment", async () => {
    const { apigateway } = clients;
    const stage = await apigateway.send(new GetStageCommand({ restApiId, stageName: api.stageName }));
    const { deploymentId } = stage;

    await apigateway.send(new CreateStageCommand({ restApiId, stageName: "second", deploymentId }));

    const second = await fetch(`${apiUrl.replace(`/${api.stageName}/`, "/second/")}?id=1`);
    assert.equal(second.status, 500);
    assert.equal(await ask("GET", "id=unknown"), 404);
  });
});

describe("the world", () => {
  test("may read objects of the bucket, and nothing else", async () => {
    const { Policy } = await clients.s3.send(new GetBucketPolicyCommand({ Bucket: bucket.name }));

    assert.deepEqual(allowed([Policy!], { principal: "*" }), [`s3:GetObject ${page}`]);
  });

  test("can neither list, write nor delete over HTTP", async () => {
    const bucketUrl = siteUrl.replace(`/${bucket.pageKey}`, "");
    const before = await stored();
    const tries: [method: string, url: string][] = [
      ["GET", bucketUrl],
      ["GET", `${bucketUrl}/?list-type=2`],
      ["GET", `${bucketUrl}/?policy`],
      ["PUT", `${bucketUrl}?policy`],
      ["PUT", `${bucketUrl}/new.html`],
      ["PUT", siteUrl],
      ["POST", siteUrl],
      ["POST", `${bucketUrl}?delete`],
      ["PUT", `${siteUrl}?acl`],
      ["DELETE", siteUrl],
      ["DELETE", bucketUrl],
    ];

    for (const [method, url] of tries) {
      const body = method === "GET" || method === "DELETE" ? undefined : "<b>defaced</b>";
      assert.equal((await fetch(url, { method, body })).status, 403, `${method} ${url}`);
    }

    assert.deepEqual(await stored(), before);
    assert.equal((await fetch(siteUrl)).status, 200);
  });
});

/** What the bucket holds. */
async function stored(): Promise<unknown> {
  const { Contents } = await clients.s3.send(new ListObjectsV2Command({ Bucket: bucket.name }));
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: bucket.pageKey }));
  return [Contents!.map(({ Key, ETag }) => [Key, ETag]), await Body!.transformToString()];
}
