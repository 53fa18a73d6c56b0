/**
 * AWS Security Hub's controls, each judged from what AWS answers. The criteria are those of the pages s3-controls,
 * lambda-controls, apigateway-controls, dynamodb-controls, iam-controls, kms-controls and cloudwatch-controls under
 * https://docs.aws.amazon.com/securityhub/latest/userguide/ and of the AWS Config rules that they name.
 */
import { evaluate } from "local-aws";
import type { Answers } from "./answers.ts";

/** Whether the stack passes. */
export type Judge = (answers: Answers) => boolean;

interface Statement {
  Effect: string;
  Principal?: unknown;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

const statementsOf = (policy: string): Statement[] => [JSON.parse(policy).Statement].flat();
const allowed = (policy: string) => statementsOf(policy).filter(({ Effect }) => Effect === "Allow");

type Bucket = Answers["bucket"];

/** What the bucket's policy says to somebody of no account of ours. */
const says = ({ policy, arn }: Bucket, action: string, secure = "true") =>
  [arn, `${arn}/index.html`].map(resource =>
    evaluate(policy, { action, resource, principal: "*", conditions: { "aws:SecureTransport": secure } }),
  );

const isAllowed = (bucket: Bucket, actions: string[]) =>
  actions.some(action => says(bucket, action).includes("allow"));

const EVERYBODY = /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/;

/** Whether anybody at all may do something, by the policy or by an ACL that is not blocked. */
function isOpen(bucket: Bucket, actions: string[], permissions: string[]): boolean {
  const { RestrictPublicBuckets, IgnorePublicAcls } = bucket.publicAccessBlock;
  const byAcl = bucket.grants.some(
    ({ Grantee, Permission }) => EVERYBODY.test(Grantee?.URI ?? "") && permissions.includes(Permission!),
  );
  return (!RestrictPublicBuckets && isAllowed(bucket, actions)) || (!IgnorePublicAcls && byAcl);
}

const READS = ["s3:GetObject", "s3:ListBucket", "s3:GetObjectVersion"];
const WRITES = ["s3:PutObject", "s3:DeleteObject", "s3:PutObjectAcl", "s3:PutBucketPolicy"];

/** What S3.6 forbids to grant to other accounts. */
const NEVER_TO_OTHERS = [
  "s3:DeleteBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketPolicy",
  "s3:PutEncryptionConfiguration",
  "s3:PutObjectAcl",
];

const s3: Record<string, Judge> = {
  // The account's setting, which this API does not answer: a page that anybody may read cannot be had with it on.
  "S3.1": ({ bucket }) => !isAllowed(bucket, READS),
  "S3.2": ({ bucket }) => !isOpen(bucket, READS, ["READ", "FULL_CONTROL"]),
  "S3.3": ({ bucket }) => !isOpen(bucket, WRITES, ["WRITE", "WRITE_ACP", "FULL_CONTROL"]),
  "S3.5": ({ bucket }) =>
    [...READS, ...WRITES].every(action => says(bucket, action, "false").every(verdict => verdict === "deny")),
  "S3.6": ({ bucket }) => !isAllowed(bucket, NEVER_TO_OTHERS),
  "S3.8": ({ bucket: { publicAccessBlock: block } }) =>
    [
      block.BlockPublicAcls,
      block.IgnorePublicAcls,
      block.BlockPublicPolicy,
      block.RestrictPublicBuckets,
    ].every(Boolean),
  "S3.9": ({ bucket }) => bucket.logging !== undefined,
  "S3.12": ({ bucket }) =>
    bucket.ownership === "BucketOwnerEnforced" ||
    bucket.grants.every(({ Grantee }) => Grantee?.ID === bucket.owner),
  "S3.13": ({ bucket }) => bucket.lifecycleRules.some(({ Status }) => Status === "Enabled"),
};

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html: supported in November 2026. */
const SUPPORTED = ["nodejs22.x", "nodejs24.x"];

const isForAnybody = ({ Principal }: Statement) =>
  Principal === "*" || [(Principal as { AWS?: string | string[] }).AWS].flat().includes("*");

/** A condition counts only if its values are fixed. */
const isTied = ({ Condition = {} }: Statement) =>
  Object.values(Condition).some(keys => Object.values(keys).every(value => !/[*?$]/.test(`${value}`)));

const isFromAnyBucket = ({ Principal, Condition = {} }: Statement) =>
  (Principal as { Service?: string }).Service === "s3.amazonaws.com" &&
  !/sourceaccount/i.test(JSON.stringify(Condition));

const lambda: Record<string, Judge> = {
  "Lambda.1": ({ fn }) =>
    !allowed(fn.policy).some(
      statement => (isForAnybody(statement) && !isTied(statement)) || isFromAnyBucket(statement),
    ),
  "Lambda.2": ({ fn }) => SUPPORTED.includes(fn.Runtime!),
};

const methodSettings = ({ api }: Answers) => Object.values(api.stage.methodSettings ?? {});

const apiGateway: Record<string, Judge> = {
  "APIGateway.1": answers =>
    methodSettings(answers).length > 0 &&
    methodSettings(answers).every(({ loggingLevel = "OFF" }) => ["ERROR", "INFO"].includes(loggingLevel)),
  "APIGateway.2": ({ api }) => api.stage.clientCertificateId !== undefined,
  "APIGateway.3": ({ api }) => api.stage.tracingEnabled === true,
  "APIGateway.4": ({ api }) => api.stage.webAclArn !== undefined,
  "APIGateway.5": answers =>
    methodSettings(answers).every(
      ({ cachingEnabled, cacheDataEncrypted }) => !cachingEnabled || cacheDataEncrypted,
    ),
};

const dynamodb: Record<string, Judge> = {
  // Auto scaling of provisioned capacity would pass, too: the stack has none.
  "DynamoDB.1": ({ table }) => table.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST",
  "DynamoDB.2": ({ table }) => table.recovery?.PointInTimeRecoveryStatus === "ENABLED",
  "DynamoDB.6": ({ table }) => table.DeletionProtectionEnabled === true,
};

const ofBoth = ({ policies }: Answers) => [...policies.role, policies.deployer];
const decrypts = (policy: string) =>
  ["kms:Decrypt", "kms:ReEncryptFrom"].some(
    action => evaluate(policy, { action, resource: "arn:aws:kms:eu-central-1:1:key/any" }) === "allow",
  );
const has = (policy: string, pattern: RegExp) =>
  allowed(policy).filter(({ Action }) => [Action].flat().some(action => pattern.test(action ?? "")));

const iam: Record<string, Judge> = {
  "IAM.1": answers =>
    !ofBoth(answers).some(policy =>
      has(policy, /^\*(:\*)?$/).some(({ Resource }) => [Resource].flat().includes("*")),
    ),
  "IAM.21": answers => !ofBoth(answers).some(policy => has(policy, /^(\w+:)?\*$/).length > 0),
  "KMS.1": ({ policies }) => !decrypts(policies.deployer),
  "KMS.2": ({ policies }) => !policies.role.some(decrypts),
};

/** Controls of the standard AWS Foundational Security Best Practices. */
export const STANDARD: Record<string, Judge> = { ...s3, ...lambda, ...apiGateway, ...dynamodb, ...iam };

const YEAR = 365;

/** What other standards ask for, and what no standard asks for yet. */
export const BEYOND: Record<string, Judge> = {
  // Kept for ever without a retention.
  "CloudWatch.16": ({ logGroup }) => (logGroup.retentionInDays ?? Number.POSITIVE_INFINITY) >= YEAR,
  "Lambda.3": ({ fn }) => Boolean(fn.VpcConfig?.VpcId),
  "Lambda.7": ({ fn }) => fn.TracingConfig?.Mode === "Active",
  "S3.14": ({ bucket }) => bucket.versioning === "Enabled",
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
  "TLS of the API": ({ api }) =>
    /^SecurityPolicy_TLS13_1_(3|2_(FIPS_)?PFS)_/.test(api.securityPolicy ?? "TLS_1_0"),
};
