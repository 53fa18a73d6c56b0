/** What a call asks permission for, besides what its name says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateBucketCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { issueRoleKey } from "../src/access/authorize.ts";
import { ACCOUNT, refused } from "./small-aws.ts";
import { withRole } from "./with-role.ts";

const TABLE = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/items`;
const FUNCTION = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/other`;

test("who gives a function its role must be allowed to pass that role, to Lambda", async () => {
  const functions = { Effect: "Allow", Action: "lambda:*", Resource: FUNCTION };
  const passing = (service: string) => ({
    Effect: "Allow",
    Action: "iam:PassRole",
    Resource: ROLE,
    Condition: { StringEquals: { "iam:PassedToService": service } },
  });
  const create = { FunctionName: "f", Role: ROLE };

  const toNobody = await withRole(functions);
  const toOthers = await withRole(functions, passing("ec2.amazonaws.com"));
  const toLambda = await withRole(functions, passing("lambda.amazonaws.com"));

  for (const operation of ["CreateFunction", "UpdateFunctionConfiguration"]) {
    assert.match(toNobody.ask("lambda", operation, create), /iam:PassRole on resource: .*:role\/other /);
    assert.match(toOthers.ask("lambda", operation, create), /iam:PassRole/);
    assert.equal(toLambda.ask("lambda", operation, create), "allowed");
    assert.match(toLambda.ask("lambda", operation, { ...create, Role: `${ROLE}2` }), /iam:PassRole/);
  }
  assert.equal(toNobody.ask("lambda", "UpdateFunctionConfiguration", { FunctionName: "f" }), "allowed");
});

test("who creates something with tags must be allowed to tag it", async () => {
  const { ask } = await withRole({
    Effect: "Allow",
    Action: ["iam:CreateRole", "logs:Create*"],
    Resource: "*",
  });

  assert.equal(ask("iam", "CreateRole", { RoleName: "n" }), "allowed");
  assert.match(ask("iam", "CreateRole", { RoleName: "n", Tags: [{}] }), /iam:TagRole/);
  assert.equal(ask("logs", "CreateLogGroup", { logGroupName: "/n", tags: {} }), "allowed");
  assert.match(ask("logs", "CreateLogGroup", { logGroupName: "/n", tags: { a: "b" } }), /logs:TagResource/);
});

test("a function is allowed by its ARN, and invoking it is an action of another name", async () => {
  const { ask } = await withRole({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: FUNCTION });

  assert.equal(ask("lambda", "Invoke", { FunctionName: "f" }), "allowed");
  assert.equal(ask("lambda", "Invoke", { FunctionName: FUNCTION }), "allowed");
  assert.match(ask("lambda", "Invoke", { FunctionName: "g" }), /function:g /);
  assert.match(ask("lambda", "GetFunction", { FunctionName: "f" }), /lambda:GetFunction/);
});

test("who copies an object must be allowed to read it, and who deletes a version to do that", async () => {
  const { ask } = await withRole({
    Effect: "Allow",
    Action: ["s3:PutObject", "s3:DeleteObject", "s3:GetObject"],
    Resource: "arn:aws:s3:::bkt/*",
  });
  const copy = (CopySource: string) => ask("s3", "CopyObject", { Bucket: "bkt", Key: "k", CopySource });
  const remove = (...Objects: object[]) => ask("s3", "DeleteObjects", { Bucket: "bkt", Delete: { Objects } });

  assert.equal(copy("bkt/of%20k"), "allowed");
  assert.match(copy("/other/k"), /s3:GetObject on resource: arn:aws:s3:::other\/k /);
  assert.match(copy("bkt/%zz"), /parse the specified URI/);
  assert.equal(remove({ Key: "k" }), "allowed");
  assert.match(remove({ Key: "k" }, { Key: "k", VersionId: "null" }), /s3:DeleteObjectVersion/);
});

test("an API is allowed by the method and the path of the request", async () => {
  const Resource = "arn:aws:apigateway:eu-west-1::/restapis/*";
  const { ask } = await withRole({ Effect: "Allow", Action: "apigateway:GET", Resource });

  const read = { method: "GET", path: "/restapis/1/stages/prod" };
  assert.equal(ask("apigateway", "GetStage", {}, read), "allowed");
  assert.match(ask("apigateway", "DeleteStage", {}, { ...read, method: "DELETE" }), /apigateway:DELETE on /);
  assert.match(ask("apigateway", "GetRestApis", {}, { method: "GET", path: "/restapis" }), /::\/restapis /);
});

test("who may not list a bucket is not told that an object is missing", async () => {
  const objects = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bkt/*" };
  const list = { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::bkt" };
  const missing = new GetObjectCommand({ Bucket: "bkt", Key: "k" });

  for (const [statements, code] of [
    [[objects], "AccessDenied"],
    [[objects, list], "NoSuchKey"],
  ] as const) {
    const aws = await withRole(...statements);
    await aws.clients("us-east-1").s3.send(new CreateBucketCommand({ Bucket: "bkt" }));
    const { s3 } = aws.clients("us-east-1", issueRoleKey(aws.world, "r"));
    await refused(s3.send(missing), code);
  }
});

test("the world hears what was decided for a role", async () => {
  const { ask, world } = await withRole({ Effect: "Allow", Action: "dynamodb:PutItem", Resource: TABLE });
  const decisions: unknown[] = [];
  world.on("decided", ({ action, verdict }) => decisions.push([action, verdict]));

  ask("dynamodb", "PutItem", { TableName: "items" });
  ask("dynamodb", "Scan", { TableName: "items" });

  assert.deepEqual(decisions, [
    ["dynamodb:PutItem", "allow"],
    ["dynamodb:Scan", "none"],
  ]);
});
