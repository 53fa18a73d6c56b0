/** What must exist on AWS, as data. Change a setting here and the next deploy makes it so. */

export const DEFAULT_NAME = "dynamosync";

/** A stack's name: a table's has three characters at least; a role's, which holds the region too, 64 at most. */
export const NAME_PATTERN = /^[a-z][a-z0-9-]{2,23}$/;
export const NAME_RULE = "3 to 24 of a-z, 0-9 and -, first a letter";

/** Where a stack lives and what it is called. */
export interface Place {
  name: string;
  account: string;
  region: string;
  /** "aws", "aws-cn", "aws-us-gov" or "aws-eusc". */
  partition: string;
}

export type Stack = ReturnType<typeof stack>;

/** The names, ARNs and settings of all resources of one stack. */
export function stack({ name, account, region, partition }: Place) {
  const arn = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const tags = { "dynamosync:stack": name };

  const table = {
    name,
    arn: arn("dynamodb", `table/${name}`),
    keySchema: [{ AttributeName: "id", KeyType: "HASH" as const }],
    attributes: [{ AttributeName: "id", AttributeType: "S" as const }],
    billingMode: "PAY_PER_REQUEST" as const,
    deletionProtection: true,
    pointInTimeRecovery: true,
  };
  const logGroup = {
    name: `/aws/lambda/${name}`,
    arn: arn("logs", `log-group:/aws/lambda/${name}`),
    retentionDays: 14,
  };
  const role = {
    name: `${name}-${region}`,
    arn: `arn:${partition}:iam::${account}:role/${name}-${region}`,
    trustedService: "lambda.amazonaws.com",
    policyName: "store-items",
    statements: [
      { actions: ["dynamodb:GetItem", "dynamodb:PutItem"], resource: table.arn },
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resource: `${logGroup.arn}:*` },
    ],
  };
  const lambda = {
    name,
    arn: arn("lambda", `function:${name}`),
    runtime: "nodejs24.x" as const,
    architecture: "arm64" as const,
    handler: "index.handler",
    memoryMegabytes: 512,
    timeoutSeconds: 10,
  };
  const api = {
    name,
    path: "items",
    methods: ["GET", "HEAD", "POST", "PUT"],
    /** What deploy's last step asks for, by GET: it waits until the function answers, whatever that is. */
    probe: "id=deploy-check/b6f6a9f0",
    preflightMaxAgeSeconds: 7200,
    stageName: "prod",
    requestsPerSecond: 50,
    burst: 100,
    /** TLS 1.2 at least, keys of its own for each session, and the host named in the handshake, too. */
    tls: { securityPolicy: "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", endpointAccessMode: "STRICT" } as const,
  };
  const bucket = {
    name: `${name}-${account}-${region}`,
    arn: `arn:${partition}:s3:::${name}-${account}-${region}`,
    ownership: "BucketOwnerEnforced" as const,
    pageKey: "index.html",
    cacheControl: "no-cache",
    contentType: "text/html; charset=utf-8",
    contentEncoding: "gzip",
  };
  return { name, account, region, partition, tags, table, logGroup, role, lambda, api, bucket };
}
