/** A deployed stack, and all that a policy allows of the actions and resources in and around it. */
import { after } from "node:test";
import { evaluate, type PolicyRequest, startAws } from "local-aws";
import { connect, identify } from "../../converge/aws.ts";
import { deploy } from "../../ensure.ts";
import { stack } from "../../stack.ts";
import { HEADERS } from "../shared/caller.ts";

const NAME = "modest";
export const REGION = "eu-central-1";

export const aws = await startAws({ region: REGION });
Object.assign(process.env, aws.environment);
after(() => aws.close());
const connected = connect(REGION);
export const { sdk: clients } = connected;
/** The settings that AWS gets, where the page is served over TLS. */
const underItsName = { ...connected, s3Endpoint: undefined };
export const { apiUrl, account } = await deploy({ name: NAME, region: REGION, aws: underItsName });
export const wanted = stack({ name: NAME, region: REGION, ...(await identify(connected)) });
export const { table, logGroup, role, lambda, bucket, api } = wanted;
export const restApiId = /execute-api\/(\w+)/.exec(apiUrl)![1]!;
/** A log stream of the function's. */
export const logStream = `${logGroup.arn}:log-stream:2026/01/01/[$LATEST]1`;
/** Where the page is on this machine. */
export const siteUrl = `${aws.siteEndpoint}/${bucket.name}/${bucket.pageKey}`;
/** The page. */
export const page = `arn:aws:s3:::${bucket.name}/${bucket.pageKey}`;

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
export function allowed(policies: string[], request: Partial<PolicyRequest> = {}): string[] {
  const pairs = ACTIONS.flatMap(action => RESOURCES.map(resource => ({ action, resource })));
  return pairs
    .filter(pair => policies.some(policy => evaluate(policy, { ...pair, ...request }) === "allow"))
    .map(({ action, resource }) => `${action} ${resource}`);
}

/** Sends a request to the API; returns the status. */
export const ask = async (method: string, query: string) =>
  (await fetch(`${apiUrl}?${query}`, { method, headers: HEADERS, signal: AbortSignal.timeout(10_000) }))
    .status;
