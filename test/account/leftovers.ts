/** Removes what runs of the suite have left in an account: stacks by their tag, what stood in their way by its own. */
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import { type Aws, identify } from "../../converge/aws.ts";
import { fromTagList } from "../../converge/tags.ts";
import { teardown } from "../../teardown.ts";
import { FOREIGN_TAG } from "../shared/foreign.ts";
import { list, listedNames } from "../shared/listed.ts";

/** Where the names of all stacks of the suite begin; nobody calls a stack so by hand. */
export const PREFIX = "suite-";

const NAME = /suite-[0-9a-z]{4}-[0-9a-z]+-\d+/;

interface Leftover {
  tags(): Promise<Record<string, string | undefined>>;
  remove(): Promise<unknown>;
}

/**
 * Removes them, one after the other: API Gateway lets an account delete one API in 30 seconds.
 * @param tell is given a line for each stack
 * @returns the names of what is left
 */
export async function removeLeftovers(aws: Aws, tell: (line: string) => void): Promise<string[]> {
  for (const leftover of await foreignOnes(aws))
    if ((await leftover.tags())[FOREIGN_TAG]) await leftover.remove();
  for (const name of await stackNames(aws)) {
    tell(`removing ${name}`);
    const options = { name, region: aws.region, aws, confirm: async () => true };
    await teardown(options).catch(error => tell(`${error.message} ${error.remedy ?? ""}`));
  }
  return inRegion(aws, await listedNames(aws.sdk, PREFIX));
}

const stackNames = async (aws: Aws) =>
  new Set((await listedNames(aws.sdk, PREFIX)).flatMap(name => NAME.exec(name) ?? []));

/** Roles and buckets are listed for all regions; their names end in theirs. */
const inRegion = ({ region }: Aws, names: string[]) =>
  names.filter(name => !/-[a-z]+-[a-z]+-\d(-other)?$/.test(name) || name.includes(region));

/** What could be somebody else's by its name: functions before the roles that they run under. */
async function foreignOnes(aws: Aws): Promise<Leftover[]> {
  const { sdk } = aws;
  const { account, partition } = await identify(aws);
  const found = await list(sdk, PREFIX);
  const arn = (service: string, resource: string) =>
    `arn:${partition}:${service}:${aws.region}:${account}:${resource}`;
  return [
    ...found.functions.map(FunctionName => ({
      tags: async () =>
        (
          await sdk.lambda.send(
            new lambda.ListTagsCommand({ Resource: arn("lambda", `function:${FunctionName}`) }),
          )
        ).Tags ?? {},
      remove: () => sdk.lambda.send(new lambda.DeleteFunctionCommand({ FunctionName })),
    })),
    ...inRegion(aws, found.roles).map(RoleName => ({
      tags: async () =>
        fromTagList((await sdk.iam.send(new iam.ListRoleTagsCommand({ RoleName }))).Tags as []),
      remove: () => sdk.iam.send(new iam.DeleteRoleCommand({ RoleName })),
    })),
    ...found.tables.map(TableName => ({
      tags: async () => {
        const input = { ResourceArn: arn("dynamodb", `table/${TableName}`) };
        return fromTagList(
          (await sdk.dynamodb.send(new dynamodb.ListTagsOfResourceCommand(input))).Tags as [],
        );
      },
      remove: () => sdk.dynamodb.send(new dynamodb.DeleteTableCommand({ TableName })),
    })),
    ...found.apis.map(({ id: restApiId, tags = {} }) => ({
      tags: async () => tags,
      remove: () => sdk.apigateway.send(new apigateway.DeleteRestApiCommand({ restApiId })),
    })),
    ...found.groups.map(({ logGroupName }) => ({
      tags: async () => {
        const input = { resourceArn: arn("logs", `log-group:${logGroupName}`) };
        return (await sdk.logs.send(new logs.ListTagsForResourceCommand(input))).tags ?? {};
      },
      remove: () => sdk.logs.send(new logs.DeleteLogGroupCommand({ logGroupName })),
    })),
    ...inRegion(aws, found.buckets).map(Bucket => ({
      tags: async () => {
        const tagging = sdk.s3.send(new s3.GetBucketTaggingCommand({ Bucket }));
        return fromTagList((await tagging.catch(() => ({ TagSet: [] }))).TagSet as []);
      },
      remove: () => sdk.s3.send(new s3.DeleteBucketCommand({ Bucket })),
    })),
  ];
}
