/** Something of each service that operations can be about, and the names that they know it by. */
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import * as sts from "@aws-sdk/client-sts";
import { zipOf } from "./lambda-world.ts";
import { role, TRUST } from "./roles.ts";
import { TABLE } from "./started.ts";

export type Options = Record<string, unknown>;
type Names = Record<string, unknown>;

export interface Present {
  sdk: object;
  Client: abstract new (options: never) => object;
  /** Makes what there is, and says how it is called. */
  make(options: Options): Promise<Names>;
}

const PolicyDocument =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*"}]}';

const bucketPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::a-bucket/*" },
  ],
});

export const PRESENT: Record<string, Present> = {
  iam: {
    sdk: iam,
    Client: iam.IAMClient,
    async make(options) {
      const client = new iam.IAMClient(options);
      await client.send(role("r", { Tags: [{ Key: "a", Value: "b" }] }));
      await client.send(new iam.PutRolePolicyCommand({ RoleName: "r", PolicyName: "p", PolicyDocument }));
      return { RoleName: "r", MaxItems: 5, PolicyName: "p", PolicyDocument, AssumeRolePolicyDocument: TRUST };
    },
  },
  sts: { sdk: sts, Client: sts.STSClient, make: async () => ({}) },
  logs: {
    sdk: logs,
    Client: logs.CloudWatchLogsClient,
    async make(options) {
      const client = new logs.CloudWatchLogsClient(options);
      const names = { logGroupName: "/g", logStreamName: "s" };
      await client.send(new logs.CreateLogGroupCommand(names));
      await client.send(new logs.CreateLogStreamCommand(names));
      const { logGroups } = await client.send(new logs.DescribeLogGroupsCommand({}));
      return { ...names, limit: 5, resourceArn: logGroups?.[0]?.logGroupArn };
    },
  },
  s3: {
    sdk: s3,
    Client: s3.S3Client,
    async make(options) {
      const client = new s3.S3Client(options);
      const names = { Bucket: "a-bucket", Key: "k", ExpectedBucketOwner: "000000000000" };
      await client.send(new s3.CreateBucketCommand(names));
      await client.send(new s3.PutObjectCommand({ ...names, Body: "content" }));
      return { ...names, VersionId: "null", Policy: bucketPolicy, MaxKeys: 5 };
    },
  },
  dynamodb: {
    sdk: dynamodb,
    Client: dynamodb.DynamoDBClient,
    async make(options) {
      const client = new dynamodb.DynamoDBClient(options);
      const { TableDescription } = await client.send(new dynamodb.CreateTableCommand(TABLE));
      return { TableName: TABLE.TableName, ResourceArn: TableDescription?.TableArn };
    },
  },
  lambda: {
    sdk: lambda,
    Client: lambda.LambdaClient,
    async make(options) {
      await new iam.IAMClient(options).send(role("r"));
      const { FunctionArn, Role } = await new lambda.LambdaClient(options).send(
        new lambda.CreateFunctionCommand({
          FunctionName: "f",
          Role: "arn:aws:iam::000000000000:role/r",
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: zipOf({ "index.mjs": "export const handler = () => 1" }) },
        }),
      );
      return { FunctionName: "f", Resource: FunctionArn, Role };
    },
  },
  apigateway: {
    sdk: apigateway,
    Client: apigateway.APIGatewayClient,
    async make(options) {
      const client = new apigateway.APIGatewayClient(options);
      const { id: restApiId, rootResourceId: resourceId } = await client.send(
        new apigateway.CreateRestApiCommand({ name: "a" }),
      );
      const names = { restApiId, resourceId, httpMethod: "GET" };
      await client.send(new apigateway.PutMethodCommand({ ...names, authorizationType: "NONE" }));
      await client.send(new apigateway.PutIntegrationCommand({ ...names, type: "MOCK" }));
      const { id: deploymentId } = await client.send(
        new apigateway.CreateDeploymentCommand({ restApiId, stageName: "s" }),
      );
      const { id: usagePlanId } = await client.send(
        new apigateway.CreateUsagePlanCommand({ name: "u", apiStages: [{ apiId: restApiId, stage: "s" }] }),
      );
      const { id: apiKey } = await client.send(new apigateway.CreateApiKeyCommand({ name: "k" }));
      const usage = { usagePlanId, apiKey, keyId: apiKey, keyType: "API_KEY" };
      await client.send(new apigateway.CreateUsagePlanKeyCommand(usage));
      const resourceArn = `arn:aws:apigateway:us-east-1::/restapis/${restApiId}`;
      const responses = {
        statusCode: "200",
        responseType: "DEFAULT_4XX",
        authorizationType: "NONE",
        type: "MOCK",
      };
      return { ...names, ...responses, ...usage, limit: 5, stageName: "s", deploymentId, resourceArn };
    },
  },
};
