/** What AWS answers about a deployed stack: all that AWS Security Hub's controls are judged from. */
import { readFile } from "node:fs/promises";
import { GetRestApiCommand, GetStageCommand } from "@aws-sdk/client-api-gateway";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeContinuousBackupsCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { GetRolePolicyCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import { GetFunctionCommand, GetPolicyCommand } from "@aws-sdk/client-lambda";
import {
  GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import type { Clients } from "../../converge/aws.ts";
import { orAbsent } from "../../converge/resource.ts";
import type { Stack } from "../../stack.ts";

export type Answers = Awaited<ReturnType<typeof answersAbout>>;

/** Asks about everything. What an answer leaves out has AWS's default, which each judge knows. */
export async function answersAbout(clients: Clients, stack: Stack, restApiId: string) {
  const [bucket, fn, api, table, role, logGroup, deployer] = await Promise.all([
    aboutBucket(clients, stack.bucket.name),
    aboutFunction(clients, stack.lambda.name),
    aboutApi(clients, restApiId, stack.api.stageName),
    aboutTable(clients, stack.table.name),
    policiesOf(clients, stack.role.name),
    aboutLogGroup(clients, stack.logGroup.name),
    readFile(new URL("../../docs/policy.json", import.meta.url), "utf8"),
  ]);
  return { bucket, fn, api, table, logGroup, policies: { role, deployer } };
}

async function aboutBucket({ s3 }: Clients, name: string) {
  const target = { Bucket: name };
  const [policy, block, ownership, acl, logging, versioning, lifecycle] = await Promise.all([
    orAbsent(s3.send(new GetBucketPolicyCommand(target)), "NoSuchBucketPolicy"),
    orAbsent(s3.send(new GetPublicAccessBlockCommand(target)), "NoSuchPublicAccessBlockConfiguration"),
    orAbsent(s3.send(new GetBucketOwnershipControlsCommand(target)), "OwnershipControlsNotFoundError"),
    s3.send(new GetBucketAclCommand(target)),
    s3.send(new GetBucketLoggingCommand(target)),
    s3.send(new GetBucketVersioningCommand(target)),
    orAbsent(s3.send(new GetBucketLifecycleConfigurationCommand(target)), "NoSuchLifecycleConfiguration"),
  ]);
  return {
    arn: `arn:aws:s3:::${name}`,
    policy: policy?.Policy ?? '{"Statement":[]}',
    publicAccessBlock: block?.PublicAccessBlockConfiguration ?? {},
    ownership: ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
    grants: acl.Grants ?? [],
    owner: acl.Owner?.ID,
    logging: logging.LoggingEnabled,
    versioning: versioning.Status,
    lifecycleRules: lifecycle?.Rules ?? [],
  };
}

async function aboutFunction({ lambda }: Clients, FunctionName: string) {
  const [{ Configuration }, policy] = await Promise.all([
    lambda.send(new GetFunctionCommand({ FunctionName })),
    lambda.send(new GetPolicyCommand({ FunctionName })),
  ]);
  return { ...Configuration!, policy: policy.Policy! };
}

async function aboutApi({ apigateway }: Clients, restApiId: string, stageName: string) {
  const [api, stage] = await Promise.all([
    apigateway.send(new GetRestApiCommand({ restApiId })),
    apigateway.send(new GetStageCommand({ restApiId, stageName })),
  ]);
  return { ...api, stage };
}

async function aboutTable({ dynamodb }: Clients, TableName: string) {
  const [{ Table }, { ContinuousBackupsDescription }] = await Promise.all([
    dynamodb.send(new DescribeTableCommand({ TableName })),
    dynamodb.send(new DescribeContinuousBackupsCommand({ TableName })),
  ]);
  return { ...Table!, recovery: ContinuousBackupsDescription?.PointInTimeRecoveryDescription };
}

async function policiesOf({ iam }: Clients, RoleName: string): Promise<string[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const found = await Promise.all(
    PolicyNames.map(PolicyName => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
  );
  return found.map(({ PolicyDocument }) => decodeURIComponent(PolicyDocument!));
}

async function aboutLogGroup({ logs }: Clients, logGroupNamePrefix: string) {
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  return logGroups.find(({ logGroupName }) => logGroupName === logGroupNamePrefix)!;
}
