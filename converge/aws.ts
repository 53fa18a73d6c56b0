/** The way to AWS: the SDK's clients for one region, and whose account it is. */
import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { retryStrategy } from "./retry.ts";

export type Aws = ReturnType<typeof connect>;
export type Clients = Aws["sdk"];

/** Further settings for all clients: a transport that needs no sockets, for one. */
export type ClientSettings = Pick<ConstructorParameters<typeof STSClient>[0] & object, "requestHandler">;

/**
 * The clients for one region. Credentials, profile and endpoints come from the SDK's own environment
 * variables and files. https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */
export function connect(region: string, settings: ClientSettings = {}) {
  const { AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_S3: s3Endpoint = endpoint } = process.env;
  const sts = new STSClient({ ...settings, region, retryStrategy });
  // Each client would look for credentials by itself: assume the profile's role, run its process, seven times over.
  const shared = { ...settings, region, retryStrategy, credentials: sts.config.credentials };
  const sdk = {
    apigateway: new APIGatewayClient(shared),
    dynamodb: new DynamoDBClient(shared),
    iam: new IAMClient(shared),
    lambda: new LambdaClient(shared),
    logs: new CloudWatchLogsClient(shared),
    // An endpoint that stands in for AWS has no host name for each bucket.
    s3: new S3Client({ ...shared, forcePathStyle: s3Endpoint !== undefined }),
    sts,
  };
  const aws = {
    region,
    /** Where AWS-compatible endpoints stand in for AWS; undefined on AWS. */
    endpoint: endpoint?.replace(/\/$/, ""),
    s3Endpoint: s3Endpoint?.replace(/\/$/, ""),
    sdk,
  };
  around(aws, nameAttempt);
  return aws;
}

type Send = (args: { input: object }) => Promise<object>;

/** Stands between whoever makes a call ("Lambda", "CreateFunction") and its sending, retries and all. */
export type AroundCall = (service: string, operation: string, send: Send) => Send;

interface Sender {
  middlewareStack: {
    add(
      middleware: (next: Send, context: { clientName?: string; commandName?: string }) => Send,
      options: { step: "initialize" },
    ): void;
  };
}

/** Puts something around every call of the clients. */
export function around({ sdk }: { sdk: object }, call: AroundCall): void {
  for (const { middlewareStack } of Object.values<Sender>(sdk as Record<string, Sender>))
    middlewareStack.add(
      (next, { clientName = "", commandName = "" }) =>
        call(clientName.replace("Client", ""), commandName.replace("Command", ""), next),
      { step: "initialize" },
    );
}

/** Notes on every error what was attempted: "call Lambda's CreateFunction". */
const nameAttempt: AroundCall = (service, operation, send) => args =>
  send(args).catch(error => {
    throw Object.assign(error, { attempted: `call ${service}'s ${operation}` });
  });

/** Whose account the credentials belong to, and in which partition: "aws", "aws-cn" or "aws-us-gov". */
export async function identify({
  sdk,
}: Aws): Promise<{ account: string; partition: string; caller: string }> {
  const { Account, Arn } = await sdk.sts.send(new GetCallerIdentityCommand({}));
  return { account: Account!, partition: Arn!.split(":")[1]!, caller: Arn! };
}
