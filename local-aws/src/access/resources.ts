/** Which resources a call is about, as ARNs: what policies are evaluated against. */
import type { Call, Context } from "../service.ts";
import type { Route } from "./demands.ts";

/** The members that name what a call is about, of whatever operation. */
interface Naming {
  TableName?: unknown;
  ResourceArn?: unknown;
  RequestItems?: unknown;
  IndexName?: unknown;
  resourceArn?: string;
  logGroupName?: string;
  logGroupIdentifier?: string;
  logStreamName?: string;
  FunctionName?: string;
  Resource?: string;
  Bucket?: string;
  Key?: string;
  RoleName?: string;
}

type Finder = (input: Naming, context: Context, route: Route) => string[];

const FINDERS: Record<string, Finder> = {
  dynamodb: (input, context) =>
    tablesOf(input).map(table => {
      const arn = table.startsWith("arn:") ? table : arnOf(context, "dynamodb", `table/${table}`);
      return input.IndexName ? `${arn}/index/${input.IndexName}` : arn;
    }),
  logs: ({ logGroupIdentifier = "", logGroupName = logGroupIdentifier, ...input }, context) => [
    input.resourceArn ??
      arnOf(context, "logs", `log-group:${logGroupName}:log-stream:${input.logStreamName ?? ""}`),
  ],
  lambda: ({ FunctionName, Resource = FunctionName, ResourceArn = Resource }, context) => {
    const name = `${ResourceArn ?? "*"}`;
    return [name.startsWith("arn:") ? name : arnOf(context, "lambda", `function:${name}`)];
  },
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
  apigateway: (_input, { region }, { path }) => [`arn:aws:apigateway:${region}::${path}`],
  s3: ({ Bucket, Key }) => [`arn:aws:s3:::${[Bucket ?? "*", Key].filter(Boolean).join("/")}`],
  iam: ({ RoleName }, { world }) => [`arn:aws:iam::${world.account}:role/${RoleName ?? "*"}`],
};

/** The ARNs of a call's resources; "*" when the service's calls are not told apart. */
export function resourcesOf(service: string, { operation, input }: Call, context: Context, route: Route) {
  // The objects that it names are in the body, each to be allowed; their bucket stands for them all.
  if (service === "s3" && operation === "DeleteObjects") return [`arn:aws:s3:::${input.Bucket}/*`];
  const found = FINDERS[service]?.(input, context, route) ?? [];
  return found.length > 0 ? found : ["*"];
}

/** One table by name or ARN, or those of a batch: what dynalite has not checked yet. */
function tablesOf({ TableName, ResourceArn, RequestItems }: Naming): string[] {
  const one = TableName ?? ResourceArn;
  return one === undefined ? Object.keys(RequestItems ?? {}) : [String(one)];
}

const arnOf = ({ region, world }: Context, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${world.account}:${resource}`;
