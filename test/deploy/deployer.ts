/** Deploy and teardown as a role that has docs/policy.json and nothing else, and all that they ask permission for. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import { zipSync } from "fflate";
import { createAws, evaluate, inProcessHandler, type PolicyRequest } from "local-aws";
import { type Aws, type Clients, connect } from "../../converge/aws.ts";
import { type DeployOptions, deploy } from "../../ensure.ts";
import { teardown } from "../../remove.ts";
import { DEFAULT_NAME, type Stack, stack } from "../../stack.ts";

export interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

export const policy: { Version: string; Statement: Statement[] } = JSON.parse(
  readFileSync(new URL("../../docs/policy.json", import.meta.url), "utf8"),
);

/** Whether statements allow what is asked for. */
export const allows = (statements: Statement[], demand: PolicyRequest): boolean =>
  evaluate(JSON.stringify({ ...policy, Statement: statements }), demand) === "allow";

export const REGION = "eu-central-1";
const DEPLOYER = "deployer";
const TRUST = JSON.stringify({
  Version: policy.Version,
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
});

/** An AWS in this process, its owner's clients, and the way to it as a role that has some policy. */
async function awsWithDeployer(document: object) {
  const aws = await createAws({ region: REGION });
  Object.assign(process.env, aws.environment);
  const settings = { requestHandler: inProcessHandler(aws.answer) };
  const { sdk: owner } = connect(REGION, settings);
  await owner.iam.send(new iam.CreateRoleCommand({ RoleName: DEPLOYER, AssumeRolePolicyDocument: TRUST }));
  const PolicyDocument = JSON.stringify(document);
  await owner.iam.send(
    new iam.PutRolePolicyCommand({ RoleName: DEPLOYER, PolicyName: "deploy", PolicyDocument }),
  );
  const { id, secret, token } = aws.roleKey(DEPLOYER);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: token,
  });
  return { aws, owner, deployer: connect(REGION, settings) };
}

/** The API is not asked whether it answers: there is no socket that it could answer on. */
async function withoutSmoke<T>(work: () => Promise<T>): Promise<T> {
  const realFetch = globalThis.fetch;
  globalThis.fetch = async () => new Response('{"error":{"code":"not_found"}}', { status: 404 });
  try {
    return await work();
  } finally {
    globalThis.fetch = realFetch;
  }
}

const build: DeployOptions["build"] = {
  async code() {
    const source = new TextEncoder().encode("export const handler = () => {}");
    const zip = zipSync({ "index.mjs": [source, { mtime: "2000-01-01" }] });
    return { zip, sha256: createHash("sha256").update(zip).digest("base64") };
  },
  page: async url => `<a href="${url}">API</a>`,
};

/** Deploys, and does more if need be, as a role that has this policy. */
export async function deployWith(
  document: object,
  name = DEFAULT_NAME,
  then: (deployer: Aws) => Promise<unknown> = async () => {},
): Promise<void> {
  const { aws, deployer } = await awsWithDeployer(document);
  try {
    await withoutSmoke(() => deploy({ name, region: REGION, aws: deployer, build }));
    await then(deployer);
  } finally {
    delete process.env.AWS_SESSION_TOKEN;
    await aws.close();
  }
}

/** What somebody else may have changed, as far as only its repair needs some permission. */
async function changeEverything(
  { apigateway: gateway, iam: identities, lambda: functions, logs: groups, s3: buckets }: Clients,
  { role, lambda: fn, logGroup, bucket, api, tags }: Stack,
) {
  const RoleName = role.name;
  await identities.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST }));
  const PolicyArn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
  await identities.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn }));
  const FunctionName = fn.name;
  await functions.send(new lambda.UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 128 }));
  const ZipFile = zipSync({ "index.mjs": new TextEncoder().encode("export const handler = 1") });
  await functions.send(new lambda.UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  await functions.send(
    new lambda.AddPermissionCommand({
      FunctionName,
      StatementId: "more",
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
    }),
  );
  const protection = { logGroupIdentifier: logGroup.name, deletionProtectionEnabled: true };
  await groups.send(new logs.PutLogGroupDeletionProtectionCommand(protection));
  const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
  await buckets.send(new s3.PutBucketOwnershipControlsCommand({ Bucket: bucket.name, OwnershipControls }));
  await buckets.send(new s3.DeleteObjectCommand({ Bucket: bucket.name, Key: bucket.pageKey }));
  const { items = [] } = await gateway.send(new apigateway.GetRestApisCommand({}));
  const resourceArn = `arn:aws:apigateway:${REGION}::/restapis/${items[0]!.id}/stages/${api.stageName}`;
  await gateway.send(new apigateway.UntagResourceCommand({ resourceArn, tagKeys: Object.keys(tags) }));
}

/** Replaces the function's policy by one whose statement has no id, so that it cannot be removed by itself. */
async function replacePolicy({ lambda: functions }: Clients, { lambda: { arn } }: Stack) {
  const Statement = {
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "lambda:InvokeFunction",
    Resource: arn,
  };
  const Policy = JSON.stringify({ Version: policy.Version, Statement });
  await functions.send(new lambda.PutResourcePolicyCommand({ ResourceArn: arn, Policy }));
}

/** All that deploying, repairing what somebody else changed, and removing asks permission for. */
export async function demandsOfARoundTrip(): Promise<PolicyRequest[]> {
  const { aws, owner, deployer } = await awsWithDeployer(policy);
  const demands = new Map<string, PolicyRequest>();
  aws.on("decided", ({ roleName, action, resource, conditions }) => {
    if (roleName === DEPLOYER) demands.set(`${action} ${resource}`, { action, resource, conditions });
  });
  const deployed = () => deploy({ name: DEFAULT_NAME, region: REGION, aws: deployer, build });
  try {
    await withoutSmoke(async () => {
      const { account } = await deployed();
      const wanted = stack({ name: DEFAULT_NAME, account, region: REGION, partition: "aws" });
      await changeEverything(owner, wanted);
      await deployed();
      await replacePolicy(owner, wanted);
      await deployed();
      await teardown({ name: DEFAULT_NAME, region: REGION, aws: deployer });
    });
    return [...demands.values()];
  } finally {
    delete process.env.AWS_SESSION_TOKEN;
    await aws.close();
  }
}
