/**
 * The function's log group. Lambda would create it by itself, but keep its lines for ever and outlive the
 * stack: so deploy creates it, and the role may only add to it.
 */
import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutLogGroupDeletionProtectionCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Aws } from "../converge/aws.ts";
import type { Removable, Resource } from "../converge/resource.ts";
import { assertOurs } from "../converge/tags.ts";
import type { Stack } from "../stack.ts";

interface LogGroupState {
  retentionDays: number | undefined;
  /** Somebody protects it from being deleted; deploy leaves that to them. */
  isProtected: boolean;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html */
export function logGroup(
  { sdk: { logs } }: Aws,
  stack: Stack,
): Resource<LogGroupState> & Removable<LogGroupState> {
  const { name: logGroupName, arn: resourceArn, retentionDays } = stack.logGroup;

  async function read(): Promise<LogGroupState | undefined> {
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
    const found = logGroups?.find(group => group.logGroupName === logGroupName);
    if (!found) return undefined;
    const { tags = {} } = await logs.send(new ListTagsForResourceCommand({ resourceArn }));
    assertOurs(`log group ${logGroupName}`, tags, stack.tags);
    return { retentionDays: found.retentionInDays, isProtected: found.deletionProtectionEnabled ?? false };
  }

  async function create(): Promise<LogGroupState> {
    await logs.send(new CreateLogGroupCommand({ logGroupName, tags: stack.tags }));
    return { retentionDays: undefined, isProtected: false };
  }

  const retain = () =>
    logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: retentionDays }));

  const settings = (state: LogGroupState) => [
    { name: "retention in days", actual: state.retentionDays, wanted: retentionDays, call: retain },
  ];

  async function remove({ isProtected }: LogGroupState) {
    const off = { logGroupIdentifier: logGroupName, deletionProtectionEnabled: false };
    if (isProtected) await logs.send(new PutLogGroupDeletionProtectionCommand(off));
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  }

  return { type: "log group", name: logGroupName, read, create, settings, remove };
}
