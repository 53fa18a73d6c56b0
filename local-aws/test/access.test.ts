import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateLogGroupCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
} from "@aws-sdk/client-iam";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { accountKey, authorize, issueRoleKey } from "../src/access/authorize.ts";
import { s3 } from "../src/s3/service.ts";
import { BASIC, TRUST } from "./roles.ts";
import { ACCOUNT, refused, smallAws } from "./small-aws.ts";
import { withRole } from "./with-role.ts";

const TABLE = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/items`;

test("a role may do what its policy allows on the table it names, and nothing else", async () => {
  const { ask } = await withRole({ Effect: "Allow", Action: "dynamodb:PutItem", Resource: TABLE });

  assert.equal(ask("dynamodb", "PutItem", { TableName: "items" }), "allowed");
  assert.equal(ask("dynamodb", "PutItem", { TableName: TABLE }), "allowed");
  assert.equal(ask("sts", "GetCallerIdentity", {}), "allowed");
  assert.equal(
    ask("dynamodb", "GetItem", { TableName: "items" }),
    `User: arn:aws:sts::${ACCOUNT}:assumed-role/r/fn is not authorized to perform: dynamodb:GetItem on resource: ${TABLE} because no identity-based policy allows the dynamodb:GetItem action`,
  );
  assert.match(ask("dynamodb", "PutItem", { TableName: "other" }), /not authorized/);
  assert.match(ask("dynamodb", "PutItem", {}), /not authorized/);
  assert.match(ask("lambda", "Invoke", {}), /not authorized/);
});

test("every table of a batch must be allowed", async () => {
  const { ask } = await withRole({ Effect: "Allow", Action: "dynamodb:*", Resource: TABLE });

  assert.equal(ask("dynamodb", "BatchWriteItem", { RequestItems: { items: [] } }), "allowed");
  assert.match(ask("dynamodb", "BatchWriteItem", { RequestItems: { items: [], other: [] } }), /table\/other/);
});

test("an index is a resource of its own", async () => {
  const { ask } = await withRole({ Effect: "Allow", Action: "dynamodb:Query", Resource: TABLE });

  assert.equal(ask("dynamodb", "Query", { TableName: "items" }), "allowed");
  assert.match(ask("dynamodb", "Query", { TableName: "items", IndexName: "i" }), /items\/index\/i/);
});

test("an explicit deny outweighs what is allowed, and the refusal says so", async () => {
  const { ask } = await withRole(
    { Effect: "Allow", Action: "*", Resource: "*" },
    { Effect: "Deny", Action: "dynamodb:PutItem", Resource: "*" },
  );

  assert.match(
    ask("dynamodb", "PutItem", { TableName: "items" }),
    /with an explicit deny in an identity-based policy$/,
  );
  assert.equal(ask("dynamodb", "GetItem", { TableName: "items" }), "allowed");
});

test("a role's key signs requests, and each service words its refusal its own way", async () => {
  const group = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/g:*`;
  const aws = await withRole({ Effect: "Allow", Action: "logs:GetLogEvents", Resource: group });
  await aws.logs.send(new CreateLogGroupCommand({ logGroupName: "/g" }));
  const { iam, logs, s3, sts } = aws.clients("eu-west-1", issueRoleKey(aws.world, "r", "fn"));
  const names = { logGroupName: "/g", logStreamName: "s" };

  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));

  assert.equal(Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/r/fn`);
  await refused(logs.send(new GetLogEventsCommand(names)), "ResourceNotFoundException", 400);
  await refused(
    logs.send(new PutLogEventsCommand({ ...names, logEvents: [] })),
    "AccessDeniedException",
    400,
    /log-group:\/g:log-stream:s/,
  );
  await refused(iam.send(new GetRoleCommand({ RoleName: "r" })), "AccessDenied", 403, /role\/r/);
  await refused(s3.send(new ListBucketsCommand({})), "AccessDenied", 403, /s3:ListAllMyBuckets/);
});

test("the basic execution role allows to write logs and nothing else", async () => {
  const { ask, iam } = await withRole();
  await iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: BASIC }));

  assert.equal(ask("logs", "CreateLogStream", { logGroupName: "/g", logStreamName: "s" }), "allowed");
  assert.equal(ask("logs", "PutLogEvents", { logGroupName: "/g", logStreamName: "s" }), "allowed");
  assert.match(ask("logs", "DeleteLogGroup", { logGroupName: "/g" }), /not authorized/);
  assert.match(ask("dynamodb", "GetItem", { TableName: "items" }), /not authorized/);
});

test("a role's key ends with the role, also when one of the same name follows", async () => {
  const aws = await withRole();
  const key = issueRoleKey(aws.world, "r");
  const { sts } = aws.clients("eu-west-1", key);
  const whoAmI = () => sts.send(new GetCallerIdentityCommand({}));
  await whoAmI();

  await aws.iam.send(new DeleteRoleCommand({ RoleName: "r" }));
  await refused(whoAmI(), "InvalidClientTokenId", 403);
  await aws.iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: TRUST }));
  await refused(whoAmI(), "InvalidClientTokenId", 403);

  assert.notEqual(issueRoleKey(aws.world, "r").id, key.id);
});

test("keys are made once, and kept with the world's data", async () => {
  const { world } = await withRole();

  const keys = [accountKey(world), accountKey(world)];
  const roleKeys = [issueRoleKey(world, "r"), issueRoleKey(world, "r")];

  assert.deepEqual(keys[0], keys[1]);
  assert.deepEqual(roleKeys[0], roleKeys[1]);
  assert.match(keys[0]?.id ?? "", /^AKIA[A-Z2-7]{16}$/);
  assert.match(roleKeys[0]?.id ?? "", /^ASIA[A-Z2-7]{16}$/);
  assert.ok(JSON.stringify(world).includes(keys[0]?.secret ?? "?"));
});

test("nobody is allowed anything", () => {
  const { world } = smallAws();
  const caller = { kind: "anonymous" as const };
  const context = { world, region: "eu-west-1", caller, requestId: "1", secure: true };

  assert.throws(() => authorize(s3, { operation: "ListBuckets", input: {} }, context), /not authorized/);
});
