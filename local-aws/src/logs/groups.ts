/** The operations of CloudWatch Logs on log groups. */
import type * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { tagging } from "../access/demands.ts";
import { AwsError, type Context } from "../service.ts";
import { isReserved, MAX_TAGS, TAG_CHARACTERS } from "../tags.ts";
import type { Given, Operations } from "../wire/operations.ts";
import {
  checkName,
  checkParameter,
  groupArn,
  groupsOf,
  invalid,
  type LogGroup,
  page,
  requireGroup,
} from "./state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const groupOperations: Operations<typeof sdk> = {
  CreateLogGroup: {
    params: ["logGroupName", "tags", "logGroupClass", "deletionProtectionEnabled"],
    run: createGroup,
    demands: ({ tags }, group) => tagging(tags, "logs:TagResource", group),
  },
  DescribeLogGroups: {
    params: ["logGroupNamePrefix", "logGroupNamePattern", "limit", "nextToken"],
    run: describeGroups,
  },
  DeleteLogGroup: {
    params: ["logGroupName"],
    run(input, context) {
      const group = requireGroup(input, context);
      if (group.deletionProtectionEnabled) throw protectedGroup();
      const groups = groupsOf(context.world, context.region);
      groups.splice(groups.indexOf(group), 1);
    },
  },
  PutLogGroupDeletionProtection: {
    params: ["logGroupIdentifier", "deletionProtectionEnabled"],
    run(input, context) {
      requireGroup(input, context).deletionProtectionEnabled = input.deletionProtectionEnabled;
    },
  },
  PutRetentionPolicy: {
    params: ["logGroupName", "retentionInDays"],
    run(input, context) {
      const group = requireGroup(input, context);
      checkParameter("retentionInDays", input.retentionInDays, { oneOf: RETENTION_DAYS });
      group.retentionInDays = input.retentionInDays;
    },
  },
  DeleteRetentionPolicy: {
    params: ["logGroupName"],
    run(input, context) {
      requireGroup(input, context).retentionInDays = undefined;
    },
  },
  TagResource: {
    params: ["resourceArn", "tags"],
    run(input, context) {
      const group = groupByArn(input, context);
      group.tags = checkTags({ ...group.tags, ...input.tags });
    },
  },
  UntagResource: {
    params: ["resourceArn", "tagKeys"],
    run(input, context) {
      const group = groupByArn(input, context);
      for (const key of input.tagKeys) delete group.tags[key];
    },
  },
  ListTagsForResource: {
    params: ["resourceArn"],
    run: (input, context) => ({ tags: groupByArn(input, context).tags }),
  },
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html */
const protectedGroup = () =>
  new AwsError(
    "ValidationException",
    400,
    "Cannot delete log group with deletion protection enabled. Disable deletion protection first.",
  );

function createGroup(input: Given<sdk.CreateLogGroupCommandInput>, { world, region }: Context): void {
  const name = checkName("logGroupName", input.logGroupName);
  checkParameter("logGroupClass", input.logGroupClass, { oneOf: ["STANDARD"] });
  const tags = checkTags(input.tags ?? {});
  const groups = groupsOf(world, region);
  if (groups.some(group => group.name === name))
    throw new AwsError("ResourceAlreadyExistsException", 400, "The specified log group already exists");
  if (name.startsWith("aws/")) throw invalid("Log groups starting with AWS/ are reserved for AWS.");
  const { deletionProtectionEnabled } = input;
  groups.push({ name, createdAt: Date.now(), tags, streams: [], deletionProtectionEnabled });
}

function describeGroups(input: Given<sdk.DescribeLogGroupsCommandInput>, context: Context) {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
  if (prefix !== undefined && pattern !== undefined)
    throw invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  const groups = groupsOf(context.world, context.region)
    .filter(
      ({ name }) =>
        name.startsWith(prefix ?? "") && name.toLowerCase().includes((pattern ?? "").toLowerCase()),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(groups, input);
  return { logGroups: items.map(group => shown(group, context)), nextToken };
}

const shown = (group: LogGroup, context: Context) => ({
  logGroupName: group.name,
  creationTime: group.createdAt,
  retentionInDays: group.retentionInDays,
  metricFilterCount: 0,
  arn: `${groupArn(group, context)}:*`,
  storedBytes: 0,
  logGroupClass: "STANDARD" as const,
  logGroupArn: groupArn(group, context),
  deletionProtectionEnabled: group.deletionProtectionEnabled ?? false,
});

/** Tags are asked for by the ARN without the `:*` that DescribeLogGroups ends it with. */
function groupByArn(input: { resourceArn: string }, context: Context): LogGroup {
  const arn = input.resourceArn;
  checkParameter("resourceArn", arn, { min: 1, max: 1011, pattern: /^[\w+=/:,.@-]*$/ });
  const group = groupsOf(context.world, context.region).find(group => groupArn(group, context) === arn);
  if (!group) throw new AwsError("ResourceNotFoundException", 400, "The specified resource does not exist.");
  return group;
}

function checkTags(tags: Record<string, string>): Record<string, string> {
  for (const [key, value] of Object.entries(tags)) {
    checkParameter("tags.key", key, { min: 1, max: 128, pattern: TAG_CHARACTERS });
    checkParameter("tags.value", value, { max: 256, pattern: TAG_CHARACTERS });
    if (isReserved(key)) throw invalid("User-defined tag keys can't start with 'aws:'.");
  }
  if (Object.keys(tags).length > MAX_TAGS)
    throw new AwsError("TooManyTagsException", 400, "The resource can have no more than 50 tags.");
  return tags;
}
