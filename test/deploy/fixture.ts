/**
 * Where the suite of deploy and teardown runs: against the endpoint of AWS_ENDPOINT_URL when there is one, and
 * otherwise against the local AWS. Nothing in it knows which.
 */
import { after } from "node:test";
import { GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { isRead } from "local-aws";
import { type Aws, around, type Clients, connect, identify } from "../../converge/aws.ts";
import { type Stack, stack } from "../../stack.ts";

export interface Fixture {
  aws: Aws;
  /** The same, for the calls of a test's own. */
  clients: Clients;
  region: string;
  /** The names of all calls that were sent since `calls.length = 0`: "CreateTable". */
  calls: string[];
  /** The calls among them that write. */
  writes(): string[];
  /** A stack name that nothing else uses. */
  newName(): string;
  stackOf(name: string): Promise<Stack>;
  /** Everything in the account that has the name in its own, by what each list call answers. */
  listed(name: string): Promise<string[]>;
}

const REGION = "eu-central-1";

/** Sets the environment up for the SDK and gives clients that count their calls. Ends with the test file. */
export async function useAws(): Promise<Fixture> {
  if (!process.env.AWS_ENDPOINT_URL) {
    const { startAws } = await import("local-aws");
    const local = await startAws({ region: REGION });
    Object.assign(process.env, local.environment);
    after(() => local.close());
  }
  process.env.AWS_EC2_METADATA_DISABLED = "true";
  process.env.AWS_ACCESS_KEY_ID ??= "test";
  process.env.AWS_SECRET_ACCESS_KEY ??= "test";
  const aws = connect(REGION);
  const { sdk: clients } = aws;
  const calls: string[] = [];
  record(aws, calls);
  let names = 0;
  return {
    aws,
    clients,
    region: REGION,
    calls,
    writes: () => calls.filter(call => !isRead(call)),
    newName: () => `t${process.pid}-${names++}`,
    stackOf: async name => stack({ name, region: REGION, ...(await identify(aws)) }),
    listed: name => listed(clients, name),
  };
}

async function listed(
  { apigateway, dynamodb, iam, lambda, logs, s3 }: Clients,
  name: string,
): Promise<string[]> {
  const [apis, tables, roles, functions, groups, buckets] = await Promise.all([
    apigateway.send(new GetRestApisCommand({ limit: 500 })),
    dynamodb.send(new ListTablesCommand({})),
    iam.send(new ListRolesCommand({})),
    lambda.send(new ListFunctionsCommand({})),
    logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: `/aws/lambda/${name}` })),
    s3.send(new ListBucketsCommand({})),
  ]);
  const names = [
    ...(apis.items ?? []).map(api => api.name),
    ...tables.TableNames!,
    ...roles.Roles!.map(role => role.RoleName),
    ...functions.Functions!.map(({ FunctionName }) => FunctionName),
    ...groups.logGroups!.map(({ logGroupName }) => logGroupName),
    ...(buckets.Buckets ?? []).map(({ Name }) => Name),
  ];
  return names.filter(one => one!.includes(name)) as string[];
}

/** Notes every command that a client is given. */
export const record = (aws: Aws, calls: string[]) =>
  around(aws, (_, operation, send) => args => {
    calls.push(operation);
    return send(args);
  });

/** The outcome of each resource, by its type. */
export const outcomes = (resources: { type: string; outcome: string }[]): Record<string, string> =>
  Object.fromEntries(resources.map(({ type, outcome }) => [type, outcome]));
