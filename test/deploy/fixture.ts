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
import { type Clients, connect, identify } from "../../converge/aws.ts";
import { type Stack, stack } from "../../stack.ts";

export interface Fixture {
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
  const clients = connect(REGION);
  const calls: string[] = [];
  record(clients, calls);
  let names = 0;
  return {
    clients,
    region: REGION,
    calls,
    writes: () => calls.filter(call => !isRead(call)),
    newName: () => `t${process.pid}-${names++}`,
    stackOf: async name => stack({ name, region: REGION, ...(await identify(clients)) }),
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

type Send = (args: object) => Promise<object>;
type Middleware = (next: Send, context: { commandName?: string }) => Send;
interface Sender {
  middlewareStack: { add(middleware: Middleware, options: { step: "initialize"; name: string }): void };
}

/** Notes every command that a client is given. */
export function record(clients: Clients, calls: string[]): void {
  for (const client of Object.values(clients)) {
    if (!(client instanceof Object)) continue;
    const note: Middleware =
      (next, { commandName }) =>
      args => {
        calls.push(commandName!.replace("Command", ""));
        return next(args);
      };
    (client as unknown as Sender).middlewareStack.add(note, { step: "initialize", name: "record" });
  }
}

/** The outcome of each resource, by its type. */
export const outcomes = (resources: { type: string; outcome: string }[]): Record<string, string> =>
  Object.fromEntries(resources.map(({ type, outcome }) => [type, outcome]));
