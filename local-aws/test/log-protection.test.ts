import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutLogGroupDeletionProtectionCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { ACCOUNT, refused, smallAws } from "./small-aws.ts";

const ARN = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/g`;

test("a protected log group is deleted only after its protection is lifted", async () => {
  const { logs } = smallAws();
  const logGroupName = "/g";
  const protect = (deletionProtectionEnabled: boolean, logGroupIdentifier = logGroupName) =>
    logs.send(new PutLogGroupDeletionProtectionCommand({ logGroupIdentifier, deletionProtectionEnabled }));
  const remove = () => logs.send(new DeleteLogGroupCommand({ logGroupName }));
  const isProtected = async () =>
    (await logs.send(new DescribeLogGroupsCommand({}))).logGroups?.[0]?.deletionProtectionEnabled;
  await logs.send(new CreateLogGroupCommand({ logGroupName, deletionProtectionEnabled: true }));

  assert.equal(await isProtected(), true);
  await refused(remove(), "ValidationException", 400, /Disable deletion protection first/);
  await protect(false);
  assert.equal(await isProtected(), false);
  await protect(true, ARN);
  await refused(remove(), "ValidationException", 400);
  await protect(false, ARN);
  await remove();

  await refused(protect(true), "ResourceNotFoundException", 400);
});
