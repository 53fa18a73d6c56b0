/** For each control, what of AWS's answers would meet it and what would break it. */
import type { Answers } from "./answers.ts";

type Change = (answers: Answers) => unknown;

const policyOf = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: string | string[], Resource = "*", more = {}) =>
  policyOf({ Effect: "Allow", Action, Resource, ...more });

/** The bucket's policy allows something to everybody, and no block holds it back. */
const open =
  (Action: string): Change =>
  ({ bucket }) => {
    bucket.policy = allow(Action, "*", { Principal: "*" });
    bucket.publicAccessBlock = {};
  };
const closed: Change = ({ bucket }) => {
  bucket.policy = policyOf();
};
const onlyWithTls: Change = ({ bucket }) => {
  bucket.policy = policyOf(
    { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `${bucket.arn}/*` },
    {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucket.arn, `${bucket.arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  );
};
const block =
  (BlockPublicPolicy: boolean): Change =>
  ({ bucket }) => {
    bucket.publicAccessBlock = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy,
      RestrictPublicBuckets: true,
    };
  };
const lifecycle =
  (Status: "Enabled" | "Disabled"): Change =>
  ({ bucket }) => {
    bucket.lifecycleRules = [{ Status }];
  };
const granted =
  (ID: string | undefined): Change =>
  ({ bucket }) => {
    Object.assign(bucket, { ownership: "ObjectWriter", grants: [{ Grantee: { ID }, Permission: "READ" }] });
  };
const setting =
  (settings: object): Change =>
  ({ api }) => {
    api.stage.methodSettings = { "*/*": settings };
  };
const ofStage =
  (changed: object): Change =>
  ({ api }) =>
    Object.assign(api.stage, changed);
const ofFunction =
  (changed: object): Change =>
  ({ fn }) =>
    Object.assign(fn, changed);
const ofTable =
  (changed: object): Change =>
  ({ table }) =>
    Object.assign(table, changed);
const ofRole =
  (policy: string): Change =>
  ({ policies }) => {
    policies.role = [policy];
  };
const ofDeployer =
  (policy: string): Change =>
  ({ policies }) => {
    policies.deployer = policy;
  };
const invokedBy = (Principal: object | string, Condition = {}) =>
  ofFunction({ policy: allow("lambda:InvokeFunction", "*", { Principal, Condition }) });

export const EXAMPLES: Record<string, { meets: Change; breaks: Change }> = {
  "S3.1": { meets: closed, breaks: open("s3:GetObject") },
  "S3.2": { meets: block(true), breaks: open("s3:ListBucket") },
  "S3.3": { meets: closed, breaks: open("s3:PutObject") },
  "S3.5": { meets: onlyWithTls, breaks: open("s3:GetObject") },
  "S3.6": { meets: open("s3:GetObject"), breaks: open("s3:PutObjectAcl") },
  "S3.8": { meets: block(true), breaks: block(false) },
  "S3.9": {
    meets: ({ bucket }) => Object.assign(bucket, { logging: { TargetBucket: "logs" } }),
    breaks: ({ bucket }) => Object.assign(bucket, { logging: undefined }),
  },
  "S3.12": { meets: answers => granted(answers.bucket.owner)(answers), breaks: granted("somebody") },
  "S3.13": { meets: lifecycle("Enabled"), breaks: lifecycle("Disabled") },
  "S3.14": {
    meets: ({ bucket }) => Object.assign(bucket, { versioning: "Enabled" }),
    breaks: ({ bucket }) => Object.assign(bucket, { versioning: "Suspended" }),
  },
  "Lambda.1": {
    meets: invokedBy({ Service: "s3.amazonaws.com" }, { StringEquals: { "AWS:SourceAccount": "1" } }),
    breaks: invokedBy("*", { ArnLike: { "AWS:SourceArn": "arn:aws:execute-api:*" } }),
  },
  "Lambda.2": { meets: ofFunction({ Runtime: "nodejs24.x" }), breaks: ofFunction({ Runtime: "nodejs20.x" }) },
  "Lambda.3": {
    meets: ofFunction({ VpcConfig: { VpcId: "vpc-1" } }),
    breaks: ofFunction({ VpcConfig: undefined }),
  },
  "Lambda.7": {
    meets: ofFunction({ TracingConfig: { Mode: "Active" } }),
    breaks: ofFunction({ TracingConfig: { Mode: "PassThrough" } }),
  },
  "APIGateway.1": { meets: setting({ loggingLevel: "ERROR" }), breaks: setting({ loggingLevel: "OFF" }) },
  "APIGateway.2": {
    meets: ofStage({ clientCertificateId: "abc" }),
    breaks: ofStage({ clientCertificateId: undefined }),
  },
  "APIGateway.3": { meets: ofStage({ tracingEnabled: true }), breaks: ofStage({ tracingEnabled: false }) },
  "APIGateway.4": { meets: ofStage({ webAclArn: "arn:" }), breaks: ofStage({ webAclArn: undefined }) },
  "APIGateway.5": {
    meets: setting({ cachingEnabled: true, cacheDataEncrypted: true }),
    breaks: setting({ cachingEnabled: true, cacheDataEncrypted: false }),
  },
  "DynamoDB.1": {
    meets: ofTable({ BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" } }),
    breaks: ofTable({ BillingModeSummary: undefined }),
  },
  "DynamoDB.2": {
    meets: ofTable({ recovery: { PointInTimeRecoveryStatus: "ENABLED" } }),
    breaks: ofTable({ recovery: { PointInTimeRecoveryStatus: "DISABLED" } }),
  },
  "DynamoDB.6": {
    meets: ofTable({ DeletionProtectionEnabled: true }),
    breaks: ofTable({ DeletionProtectionEnabled: undefined }),
  },
  "IAM.1": { meets: ofRole(allow("*", "arn:aws:s3:::b")), breaks: ofRole(allow("*")) },
  "IAM.21": { meets: ofDeployer(allow("s3:Get*")), breaks: ofDeployer(allow(["logs:Get*", "s3:*"], "arn:")) },
  "KMS.1": {
    meets: ofDeployer(allow("kms:Decrypt", "arn:aws:kms:eu-central-1:1:key/ours")),
    breaks: ofDeployer(allow("kms:Re*")),
  },
  "KMS.2": { meets: ofRole(allow("kms:DescribeKey")), breaks: ofRole(allow("kms:Decrypt")) },
  "CloudWatch.16": {
    meets: ({ logGroup }) => Object.assign(logGroup, { retentionInDays: 365 }),
    breaks: ({ logGroup }) => Object.assign(logGroup, { retentionInDays: 180 }),
  },
  "TLS of the API": {
    meets: ({ api }) => Object.assign(api, { securityPolicy: "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09" }),
    breaks: ({ api }) => Object.assign(api, { securityPolicy: "TLS_1_2" }),
  },
};
