import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  paginateDescribeLogGroups,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { writeLog } from "../src/logs/service.ts";
import { ACCOUNT, refused, smallAws } from "./small-aws.ts";
import { tampered } from "./tampered.ts";

const ARN = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/g`;

async function withGroup(tags?: Record<string, string>) {
  const aws = smallAws();
  await aws.logs.send(new CreateLogGroupCommand({ logGroupName: "/g", tags }));
  const messages = async (more = {}) => {
    const { events } = await aws.logs.send(new FilterLogEventsCommand({ logGroupName: "/g", ...more }));
    return events?.map(({ message }) => message);
  };
  const write = (message: string, timestamp: number, stream = "s") =>
    writeLog(aws.world, "eu-west-1", { group: "/g", stream, message, timestamp });
  return { ...aws, messages, write };
}

test("a log group is described with both of its ARNs", async () => {
  const { logs } = await withGroup();

  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/g" }));

  assert.equal(logGroups?.length, 1);
  assert.equal(logGroups?.[0]?.arn, `${ARN}:*`);
  assert.equal(logGroups?.[0]?.logGroupArn, ARN);
  assert.equal(logGroups?.[0]?.retentionInDays, undefined);
});

test("a log group belongs to its region, and exists once there", async () => {
  const { logs, clients } = await withGroup();
  const create = (name: string) => new CreateLogGroupCommand({ logGroupName: name });

  const elsewhere = await clients("us-east-1").logs.send(new DescribeLogGroupsCommand({}));

  assert.deepEqual(elsewhere.logGroups, []);
  await refused(logs.send(create("/g")), "ResourceAlreadyExistsException", 400);
  await refused(logs.send(create("a b")), "InvalidParameterException", 400, /'logGroupName'/);
});

test("log groups are described in pages, in the order of their names", async () => {
  const { logs } = await withGroup();
  for (const name of ["/c", "/a"]) await logs.send(new CreateLogGroupCommand({ logGroupName: name }));

  const pages: (string | undefined)[][] = [];
  for await (const page of paginateDescribeLogGroups({ client: logs, pageSize: 2 }, {}))
    pages.push(page.logGroups?.map(({ logGroupName }) => logGroupName) ?? []);

  assert.deepEqual(pages, [["/a", "/c"], ["/g"]]);
});

test("only the retentions that AWS has can be set", async () => {
  const { logs } = await withGroup();
  const put = (retentionInDays: number) =>
    logs.send(new PutRetentionPolicyCommand({ logGroupName: "/g", retentionInDays }));
  const retention = async () =>
    (await logs.send(new DescribeLogGroupsCommand({}))).logGroups?.[0]?.retentionInDays;

  await put(14);
  await refused(put(15), "InvalidParameterException", 400, /'retentionInDays'/);

  assert.equal(await retention(), 14);
  await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: "/g" }));
  assert.equal(await retention(), undefined);
});

test("tags are reached by the ARN that does not end with an asterisk", async () => {
  const { logs } = await withGroup({ a: "1", b: "2" });

  await logs.send(new TagResourceCommand({ resourceArn: ARN, tags: { a: "3", c: "4" } }));
  await logs.send(new UntagResourceCommand({ resourceArn: ARN, tagKeys: ["b"] }));

  const { tags } = await logs.send(new ListTagsForResourceCommand({ resourceArn: ARN }));
  assert.deepEqual(tags, { a: "3", c: "4" });
  const withAsterisk = logs.send(new ListTagsForResourceCommand({ resourceArn: `${ARN}:*` }));
  await refused(withAsterisk, "InvalidParameterException", 400);
});

test("a deleted log group is gone, and its events with it", async () => {
  const { logs, messages, write } = await withGroup();
  write("old", 1);
  const remove = () => logs.send(new DeleteLogGroupCommand({ logGroupName: "/g" }));

  await remove();

  await refused(remove(), "ResourceNotFoundException", 400);
  await refused(messages(), "ResourceNotFoundException", 400);
  await logs.send(new CreateLogGroupCommand({ logGroupName: "/g" }));
  assert.deepEqual(await messages(), []);
});

const MESSAGES = ["GET /items?id=1 ERROR", "GET /items ok", "ERRORS: 2026-11-24"];

for (const [filterPattern, found] of Object.entries({
  ERROR: [0, 2],
  "ERROR GET": [0],
  '"/items?id=1"': [0],
  '"2026-11-24" ERRORS': [2],
  "": [0, 1, 2],
}))
  test(`the filter pattern ${filterPattern || "of nothing"} finds what has all of its terms`, async () => {
    const { messages, write } = await withGroup();
    for (const [at, message] of MESSAGES.entries()) write(message, at);

    const matching = await messages({ filterPattern });

    assert.deepEqual(
      matching,
      found.map(at => MESSAGES[at]),
    );
  });

for (const filterPattern of [
  "{ $.a = 1 }",
  "[ip, user]",
  "%ERR%",
  "?ERROR ?WARN",
  "-DEBUG",
  "ERROR*",
  '"open',
])
  test(`the filter pattern ${filterPattern} is refused by name`, async () => {
    const { messages } = await withGroup();

    await refused(messages({ filterPattern }), "NotImplemented", 501, /the filter pattern/);
  });

test("events that are put come back in order, filtered and from either end", async () => {
  const { logs, messages } = await withGroup();
  const names = { logGroupName: "/g", logStreamName: "s" };
  const put = (...timestamps: number[]) =>
    logs.send(
      new PutLogEventsCommand({
        ...names,
        logEvents: timestamps.map(timestamp => ({ timestamp, message: `at ${timestamp}` })),
      }),
    );
  await logs.send(new CreateLogStreamCommand(names));

  await put(30, 40);
  await put(10, 20);

  assert.deepEqual(await messages(), ["at 10", "at 20", "at 30", "at 40"]);
  assert.deepEqual(await messages({ filterPattern: '"at 2"' }), ["at 20"]);
  assert.deepEqual(await messages({ startTime: 20, endTime: 30 }), ["at 20", "at 30"]);
  await refused(put(2, 1), "InvalidParameterException", 400, /chronological/);
  const last = await logs.send(new GetLogEventsCommand({ ...names, limit: 1 }));
  assert.deepEqual(
    last.events?.map(({ message }) => message),
    ["at 40"],
  );
  const first = await logs.send(new GetLogEventsCommand({ ...names, limit: 3, startFromHead: true }));
  const next = await logs.send(new GetLogEventsCommand({ ...names, nextToken: first.nextForwardToken }));
  assert.deepEqual(
    next.events?.map(({ message }) => message),
    ["at 40"],
  );
  const end = await logs.send(new GetLogEventsCommand({ ...names, nextToken: next.nextForwardToken }));
  assert.equal(end.nextForwardToken, next.nextForwardToken);
});

test("a line that a function writes makes its stream", async () => {
  const { logs, messages, write } = await withGroup();

  write("hello", 5, "2026/11/22/[$LATEST]abc");

  assert.deepEqual(await messages(), ["hello"]);
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: "/g" }));
  assert.equal(logStreams?.[0]?.logStreamName, "2026/11/22/[$LATEST]abc");
  assert.equal(logStreams?.[0]?.lastEventTimestamp, 5);
});

test("a group keeps its newest thousand events, and none of them in what is saved", async () => {
  const { world, messages, write } = await withGroup();

  for (let at = 0; at < 1_002; at++) write(`event ${at}`, at);

  const kept = await messages();
  assert.equal(kept?.length, 1_000);
  assert.equal(kept?.[0], "event 2");
  assert.ok(!JSON.stringify(world).includes("event 1001"));
});

test("a function's role decides what of its lines is kept, and whether a missing group comes back", async () => {
  const { iam, logs, world } = smallAws();
  const line = { group: "/g", stream: "s", message: "m", timestamp: 1, roleName: "r" };
  const statement = (Action: string[], Resource: string) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
  });
  await iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: trust }));
  const allow = (...actions: string[]) =>
    iam.send(
      new PutRolePolicyCommand({
        RoleName: "r",
        PolicyName: "p",
        PolicyDocument: statement(actions, `${ARN}:*`),
      }),
    );
  const groups = async () => (await logs.send(new DescribeLogGroupsCommand({}))).logGroups?.length;
  const kept = async () =>
    (await logs.send(new FilterLogEventsCommand({ logGroupName: "/g" }))).events?.length;

  await allow("logs:CreateLogStream", "logs:PutLogEvents");
  writeLog(world, "eu-west-1", line);
  assert.equal(await groups(), 0);

  await allow("logs:CreateLogGroup", "logs:CreateLogStream");
  writeLog(world, "eu-west-1", line);
  assert.equal(await kept(), 0);

  await allow("logs:PutLogEvents");
  writeLog(world, "eu-west-1", line);
  assert.equal(await kept(), 1);
});

test("a parameter of another type than AWS's is refused, and so is what must be there and is not", async () => {
  const { logs } = await withGroup();
  const number = { logGroupName: "/g", logGroupIdentifier: 7 };
  const with7 = (more: object) => (body: string) => JSON.stringify({ ...JSON.parse(body), ...more });
  const names = { logGroupName: "/g", logStreamName: "s" };
  const wrong = async (call: Promise<unknown>, words = /NUMBER_VALUE can not be converted to a String/) =>
    refused(call, "SerializationException", 400, words);

  const create = new CreateLogGroupCommand({ logGroupName: "/h" });
  await wrong(logs.send(tampered(create, with7({ logGroupName: 7 }))));
  const described = new DescribeLogGroupsCommand({});
  await wrong(logs.send(tampered(described, with7({ logGroupNamePattern: 7 }))));
  await wrong(logs.send(tampered(new DescribeLogStreamsCommand(names), with7(number))));
  await wrong(logs.send(tampered(new GetLogEventsCommand(names), with7(number))));
  await wrong(logs.send(tampered(new FilterLogEventsCommand({ logGroupName: "/g" }), with7(number))));
  const tagged = new CreateLogGroupCommand({ logGroupName: "/h" });
  await wrong(logs.send(tampered(tagged, with7({ tags: ["a"] }))), /Start of list/);
  await wrong(logs.send(tampered(new GetLogEventsCommand(names), with7({ limit: "5" }))), /STRING_VALUE/);
  await wrong(logs.send(tampered(new DescribeLogGroupsCommand({}), () => "[]")), /Start of list/);
  await wrong(logs.send(tampered(new DescribeLogGroupsCommand({}), () => "{")), /JSON/);
  const nameless = new CreateLogGroupCommand({ logGroupName: "/h" });
  await refused(
    logs.send(tampered(nameless, () => "null")),
    "InvalidParameterException",
    400,
    /'logGroupName'/,
  );
});
