/**
 * The stacks of an account in one region, found by what AWS answers: whatever carries our tag. Nobody keeps a list.
 * Names are looked at first, where they tell the region, so that few tags of others are read.
 */
import { paginateGetRestApis } from "@aws-sdk/client-api-gateway";
import { ListTagsForResourceCommand, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { ListTagsOfResourceCommand, paginateListTables } from "@aws-sdk/client-dynamodb";
import { ListRoleTagsCommand, paginateListRoles } from "@aws-sdk/client-iam";
import { ListTagsCommand, paginateListFunctions } from "@aws-sdk/client-lambda";
import { GetBucketTaggingCommand, paginateListBuckets } from "@aws-sdk/client-s3";
import { type Aws, identify } from "./aws.ts";
import { orAbsent } from "./resource.ts";
import { fromTagList } from "./tags.ts";

/** A stack, as far as it is there. */
export interface Existing {
  name: string;
  /** When the oldest of those that say it was created. */
  since?: Date;
  /** What it holds: "table pr-12", ... */
  holds: string[];
}

/** One resource and its tags, whosever it is. */
export interface Tagged {
  type: string;
  name: string;
  tags: Record<string, string | undefined> | undefined;
  since?: Date;
}

/** All stacks of the account in the region, by name. Whoever has asked already whose it is hands that on. */
export async function stacksIn(aws: Aws, tag: string, whose = identify(aws)): Promise<Existing[]> {
  const stacks = new Map<string, Existing>();
  for (const { type, name, tags, since } of await taggedIn(aws, whose)) {
    const stack = tags?.[tag];
    if (stack === undefined) continue;
    const { holds, since: before } = stacks.get(stack) ?? { holds: [] };
    const first = before && since && before < since ? before : (since ?? before);
    stacks.set(stack, { name: stack, since: first, holds: [...holds, `${type} ${name}`] });
  }
  return [...stacks.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Everything of the types that a stack is made of, in the region. */
export async function taggedIn(aws: Aws, whose = identify(aws)): Promise<Tagged[]> {
  const { account, partition } = await whose;
  const place = { account, partition, region: aws.region };
  return (await Promise.all(FINDERS.map(find => all(find(aws, place))))).flat();
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

interface Place {
  account: string;
  partition: string;
  region: string;
}

const FINDERS: ((aws: Aws, place: Place) => AsyncGenerator<Tagged>)[] = [
  apis,
  functions,
  tables,
  buckets,
  roles,
  logGroups,
];

async function* apis({ sdk: { apigateway } }: Aws): AsyncGenerator<Tagged> {
  for await (const { items = [] } of paginateGetRestApis({ client: apigateway }, { limit: 500 }))
    for (const { name = "", tags, createdDate: since } of items)
      yield { type: "REST API", name, tags, since };
}

async function* functions({ sdk: { lambda } }: Aws): AsyncGenerator<Tagged> {
  for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {}))
    for (const { FunctionName: name = "", FunctionArn: Resource } of Functions) {
      const answer = await orAbsent(
        lambda.send(new ListTagsCommand({ Resource })),
        "ResourceNotFoundException",
      );
      yield { type: "function", name, tags: answer?.Tags };
    }
}

async function* tables({ sdk: { dynamodb } }: Aws, place: Place): AsyncGenerator<Tagged> {
  const { account, partition, region } = place;
  for await (const { TableNames = [] } of paginateListTables({ client: dynamodb }, {}))
    for (const name of TableNames) {
      const ResourceArn = `arn:${partition}:dynamodb:${region}:${account}:table/${name}`;
      const tags = dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn }));
      const answer = await orAbsent(tags, "ResourceNotFoundException");
      yield { type: "table", name, tags: fromTagList(answer?.Tags as []) };
    }
}

async function* buckets({ sdk: { s3 } }: Aws, { account, region }: Place): AsyncGenerator<Tagged> {
  for await (const { Buckets = [] } of paginateListBuckets({ client: s3 }, {}))
    for (const { Name: name = "", CreationDate: since } of Buckets) {
      if (!name.endsWith(`-${account}-${region}`)) continue;
      const tags = s3.send(new GetBucketTaggingCommand({ Bucket: name, ExpectedBucketOwner: account }));
      const answer = await orAbsent(tags, "NoSuchBucket", "NoSuchTagSet");
      yield { type: "bucket", name, tags: fromTagList(answer?.TagSet as []), since };
    }
}

async function* roles({ sdk: { iam } }: Aws, { region }: Place): AsyncGenerator<Tagged> {
  for await (const { Roles = [] } of paginateListRoles({ client: iam }, {}))
    for (const { RoleName: name = "", CreateDate: since } of Roles) {
      if (!name.endsWith(`-${region}`)) continue;
      const tags = iam.send(new ListRoleTagsCommand({ RoleName: name }));
      const answer = await orAbsent(tags, "NoSuchEntityException");
      yield { type: "role", name, tags: fromTagList(answer?.Tags as []), since };
    }
}

async function* logGroups({ sdk: { logs } }: Aws): AsyncGenerator<Tagged> {
  const logGroupNamePrefix = "/aws/lambda/";
  for await (const { logGroups: groups = [] } of paginateDescribeLogGroups(
    { client: logs },
    { logGroupNamePrefix },
  ))
    for (const { logGroupName: name = "", logGroupArn: resourceArn, arn, creationTime } of groups) {
      const tags = new ListTagsForResourceCommand({ resourceArn: resourceArn ?? arn?.replace(/:\*$/, "") });
      const answer = await orAbsent(logs.send(tags), "ResourceNotFoundException");
      const since = creationTime === undefined ? undefined : new Date(creationTime);
      yield { type: "log group", name, tags: answer?.tags, since };
    }
}
