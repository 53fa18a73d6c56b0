import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  AddPermissionCommand,
  DeleteResourcePolicyCommand,
  GetPolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
} from "@aws-sdk/client-lambda";
import { aws, ECHO, FunctionName } from "./functions.ts";
import { refused } from "./refused.ts";

const ResourceArn = "arn:aws:lambda:eu-west-1:000000000000:function:fn";

const statement = (more: object = {}) => ({
  Effect: "Allow",
  Principal: { Service: "events.amazonaws.com" },
  Action: "lambda:InvokeFunction",
  Resource: ResourceArn,
  ...more,
});
const put = (statements: object[], more: object = {}) =>
  aws.lambda.send(
    new PutResourcePolicyCommand({
      ResourceArn,
      Policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
      ...more,
    }),
  );
const addPermission = () =>
  aws.lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: "gateway",
      Action: "lambda:InvokeFunction",
      Principal: "apigateway.amazonaws.com",
    }),
  );
const statements = async () => {
  const { Policy } = await aws.lambda.send(new GetPolicyCommand({ FunctionName }));
  return JSON.parse(Policy ?? "").Statement;
};

describe("a function's policy", () => {
  it("can be replaced as a whole, by statements without an id, too", async () => {
    await aws.createFunction(ECHO);
    await addPermission();

    const answer = await put([statement()]);

    assert.deepEqual(await statements(), [statement()]);
    const { Policy, RevisionId } = await aws.lambda.send(new GetResourcePolicyCommand({ ResourceArn }));
    assert.deepEqual(JSON.parse(Policy ?? "").Statement, [statement()]);
    assert.equal(RevisionId, answer.RevisionId);
  });

  it("takes further permissions beside a statement without an id", async () => {
    await aws.createFunction(ECHO);
    await put([statement()]);

    await addPermission();
    const remove = new RemovePermissionCommand({ FunctionName, StatementId: "gateway" });
    const both = await statements();
    await aws.lambda.send(remove);

    assert.deepEqual(
      both.map(({ Sid }: { Sid?: string }) => Sid),
      [undefined, "gateway"],
    );
    assert.deepEqual(await statements(), [statement()]);
  });

  it("is replaced and deleted only at the revision that the caller has seen", async () => {
    await aws.createFunction(ECHO);
    const { RevisionId } = await put([statement()]);
    await addPermission();
    const remove = (more = {}) => aws.lambda.send(new DeleteResourcePolicyCommand({ ResourceArn, ...more }));

    await assert.rejects(put([], { RevisionId }), refused("InvalidParameterValueException"));
    await assert.rejects(put([statement()], { RevisionId }), refused("PreconditionFailedException"));
    await assert.rejects(remove({ RevisionId }), refused("PreconditionFailedException"));
    await remove();

    await assert.rejects(statements(), refused("ResourceNotFoundException"));
    await assert.rejects(remove(), refused("ResourceNotFoundException"));
  });

  it("is about this function and Lambda's actions only", async () => {
    await aws.createFunction(ECHO);

    for (const wrong of [
      { Resource: `${ResourceArn}2` },
      { Action: "s3:GetObject" },
      { Principal: undefined },
      { Effect: "Maybe" },
    ])
      await assert.rejects(put([statement(wrong)]), refused("InvalidParameterValueException"));
  });
});
