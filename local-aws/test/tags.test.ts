/** What no service takes for a tag, each refusing it in its own words. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { APIGatewayClient, CreateRestApiCommand } from "@aws-sdk/client-api-gateway";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutBucketTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { type Aws, createAws, inProcessHandler } from "../src/index.ts";
import { zipOf } from "./lambda-world.ts";
import { TRUST } from "./roles.ts";
import { itemsTable } from "./tables.ts";

type Tags = Record<string, string>;

const many = (count: number): Tags =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "value"]));
const asList = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const FINE: Tags[] = [{ ["k".repeat(128)]: "v".repeat(256) }, many(50)];
const REFUSED: Record<string, Tags> = {
  "a key of AWS's own": { "aws:owner": "us" },
  "a key that is too long": { ["k".repeat(129)]: "" },
  "an empty key": { "": "value" },
  "a value that is too long": { key: "v".repeat(257) },
  "more than 50": many(51),
};

function configOf({ accessKeyId, secretAccessKey, region, answer }: Aws) {
  const credentials = { accessKeyId, secretAccessKey };
  return { region, credentials, requestHandler: inProcessHandler(answer), maxAttempts: 1 };
}

/** How something is made with tags, by service. */
async function makers(aws: Aws): Promise<Record<string, (tags: Tags) => Promise<unknown>>> {
  const config = configOf(aws);
  let made = 0;
  const [api, logs, dynamodb] = [
    new APIGatewayClient(config),
    new CloudWatchLogsClient(config),
    new DynamoDBClient(config),
  ];
  const [iam, lambda, s3] = [new IAMClient(config), new LambdaClient(config), new S3Client(config)];
  const role = new CreateRoleCommand({ RoleName: "runner", AssumeRolePolicyDocument: TRUST });
  const { Role: { Arn } = {} } = await iam.send(role);
  await s3.send(new CreateBucketCommand({ Bucket: "tagged" }));
  const name = () => `thing-${made++}`;
  const code = { ZipFile: zipOf({ "index.mjs": "export const handler = () => 1" }) };
  const runs = { Role: Arn, Runtime: "nodejs24.x", Handler: "index.handler", Code: code } as const;
  return {
    apigateway: tags => api.send(new CreateRestApiCommand({ name: name(), tags })),
    logs: tags => logs.send(new CreateLogGroupCommand({ logGroupName: name(), tags })),
    dynamodb: tags => dynamodb.send(new CreateTableCommand({ ...itemsTable(name()), Tags: asList(tags) })),
    iam: tags =>
      iam.send(
        new CreateRoleCommand({
          RoleName: name(),
          AssumeRolePolicyDocument: TRUST,
          Tags: asList(tags),
        }),
      ),
    lambda: Tags => lambda.send(new CreateFunctionCommand({ FunctionName: name(), ...runs, Tags })),
    s3: tags => s3.send(new PutBucketTaggingCommand({ Bucket: "tagged", Tagging: { TagSet: asList(tags) } })),
  };
}

describe("Tags", () => {
  let aws: Aws;
  let create: Awaited<ReturnType<typeof makers>>;

  before(async () => {
    aws = await createAws();
    create = await makers(aws);
  });
  after(() => aws.close());

  for (const service of ["apigateway", "logs", "dynamodb", "iam", "lambda", "s3"]) {
    it(`of ${service} are taken up to the limits`, async () => {
      for (const tags of FINE) await create[service]!(tags);
    });

    for (const [what, tags] of Object.entries(REFUSED))
      it(`of ${service} are refused with ${what}`, async () => {
        const status = await create[service]!(tags).then(
          () => assert.fail("they were taken"),
          error => error.$metadata?.httpStatusCode,
        );

        assert.ok(status === 400 || status === 409, `${status}`);
      });
  }
});
