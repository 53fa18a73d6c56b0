import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AttachRolePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { BASIC, READ_LOGS, role } from "./roles.ts";
import { refused, smallAws } from "./small-aws.ts";

test("a role is deleted only after its policies", async () => {
  const { iam } = smallAws();
  const RoleName = "r";
  await iam.send(role(RoleName));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument: READ_LOGS }));
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: BASIC }));
  const remove = () => iam.send(new DeleteRoleCommand({ RoleName }));

  await refused(remove(), "DeleteConflictException", 409, /detach all policies/);
  await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: BASIC }));
  await refused(remove(), "DeleteConflictException", 409, /delete policies/);
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "p" }));
  await remove();

  await refused(iam.send(new GetRoleCommand({ RoleName })), "NoSuchEntityException", 404);
});

test("policies of a role are listed, answered and replaced", async () => {
  const { iam } = smallAws();
  const RoleName = "r";
  await iam.send(role(RoleName));
  const put = (PolicyDocument: string) =>
    iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument }));
  await put(READ_LOGS.replace("Get", "Put"));
  await put(READ_LOGS);
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: BASIC }));

  const inline = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: "p" }));
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));

  assert.deepEqual(inline.PolicyNames, ["p"]);
  assert.equal(decodeURIComponent(policy.PolicyDocument ?? ""), READ_LOGS);
  assert.deepEqual(
    attached.AttachedPolicies?.map(({ PolicyName }) => PolicyName),
    ["AWSLambdaBasicExecutionRole"],
  );
  await refused(put('{"Version":"2012-10-17","Statement":{}}'), "MalformedPolicyDocumentException", 400);
  await refused(
    put(READ_LOGS.replace('"*"', '"table"')),
    "MalformedPolicyDocumentException",
    400,
    /ARN format/,
  );
  await refused(
    put(READ_LOGS.replace("logs:GetLogEvents", "x".repeat(1))),
    "MalformedPolicyDocumentException",
  );
});
