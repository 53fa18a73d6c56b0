/** Who may do what: the policies that were really deployed, read back and evaluated as IAM does. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { GetLogEventsCommand, paginateDescribeLogStreams } from "@aws-sdk/client-cloudwatch-logs";
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { GetBucketPolicyCommand, GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { evaluate, type Principal } from "local-aws";
import { callsIn } from "../../dev/agreement.ts";
import { itemOf, queryOf } from "../shared/items.ts";
import {
  account,
  allowed,
  ask,
  aws,
  bucket,
  clients,
  logGroup,
  logStream,
  page,
  role,
  siteUrl,
  table,
} from "./privileges.ts";

const RoleName = role.name;
const source = readFileSync(new URL("../../handler.ts", import.meta.url), "utf8");
const calls = callsIn(source)
  .map(call => `dynamodb:${call}`)
  .sort();

/** Requests that together make every call of the function's, in this order, and what they are answered. */
const REQUESTS: [method: string, query: string, status: number][] = [
  ["POST", queryOf(itemOf("1", "a")), 201],
  ["POST", queryOf(itemOf("1", "b")), 409],
  ["PUT", queryOf(itemOf("1", "b")), 200],
  ["GET", "id=1", 200],
  ["GET", "id=", 400],
];

/** All policies of the function's role. A managed one is none that anybody here wrote: there must be none. */
async function rolePolicies(): Promise<string[]> {
  const attached = await clients.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  assert.deepEqual(attached.AttachedPolicies, []);
  const { PolicyNames } = await clients.iam.send(new ListRolePoliciesCommand({ RoleName }));
  const policies = PolicyNames!.map(PolicyName =>
    clients.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
  );
  return (await Promise.all(policies)).map(({ PolicyDocument }) => decodeURIComponent(PolicyDocument!));
}

describe("the function", () => {
  test("may do to its table what handler.ts calls, write its log, and nothing else", async () => {
    const policies = await rolePolicies();

    assert.deepEqual(allowed(policies).sort(), [
      ...calls.map(call => `${call} ${table.arn}`),
      `logs:CreateLogStream ${logStream}`,
      `logs:PutLogEvents ${logStream}`,
    ]);
  });

  test("does all that it may: each of its permissions is used", async () => {
    const used = new Set<string>();
    aws.on("call", ({ by, service, operation }) => by === "role" && used.add(`${service}:${operation}`));

    for (const [method, query, status] of REQUESTS)
      assert.equal(await ask(method, query), status, `${method} ${query}`);

    assert.deepEqual([...used].sort(), calls, "which request of REQUESTS makes the others?");
    assert.ok((await lines()).length >= REQUESTS.length, "Lambda wrote no log with the role's permissions");
  });

  test("alone takes its role: Lambda may assume it, and nobody else", async () => {
    const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName }));
    const trust = decodeURIComponent(Role!.AssumeRolePolicyDocument!);
    const mayAssume = (principal: Principal) =>
      evaluate(trust, { action: "sts:AssumeRole", resource: role.arn, principal });

    assert.equal(mayAssume({ Service: "lambda.amazonaws.com" }), "allow");
    for (const other of ["ec2.amazonaws.com", "apigateway.amazonaws.com", "edgelambda.amazonaws.com"])
      assert.equal(mayAssume({ Service: other }), "none");
    assert.equal(mayAssume({ AWS: `arn:aws:iam::${account}:user/local` }), "none");
    assert.equal(mayAssume("*"), "none");
  });
});

/** The lines of all log streams. */
async function lines(): Promise<string[]> {
  const found: string[] = [];
  const logGroupName = logGroup.name;
  for await (const { logStreams } of paginateDescribeLogStreams({ client: clients.logs }, { logGroupName })) {
    for (const { logStreamName } of logStreams!) {
      const { events } = await clients.logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }));
      found.push(...events!.map(({ message }) => message!));
    }
  }
  return found;
}

describe("the world", () => {
  test("may read objects of the bucket, and nothing else", async () => {
    const { Policy } = await clients.s3.send(new GetBucketPolicyCommand({ Bucket: bucket.name }));

    assert.deepEqual(allowed([Policy!], { principal: "*" }), [`s3:GetObject ${page}`]);
  });

  test("can neither list, write nor delete over HTTP", async () => {
    const bucketUrl = siteUrl.replace(`/${bucket.pageKey}`, "");
    const before = await stored();
    const tries: [method: string, url: string][] = [
      ["GET", bucketUrl],
      ["GET", `${bucketUrl}/?list-type=2`],
      ["GET", `${bucketUrl}/?policy`],
      ["PUT", `${bucketUrl}?policy`],
      ["PUT", `${bucketUrl}/new.html`],
      ["PUT", siteUrl],
      ["POST", siteUrl],
      ["POST", `${bucketUrl}?delete`],
      ["PUT", `${siteUrl}?acl`],
      ["DELETE", siteUrl],
      ["DELETE", bucketUrl],
    ];

    for (const [method, url] of tries) {
      const body = method === "GET" || method === "DELETE" ? undefined : "<b>defaced</b>";
      assert.equal((await fetch(url, { method, body })).status, 403, `${method} ${url}`);
    }

    assert.deepEqual(await stored(), before);
    assert.equal((await fetch(siteUrl)).status, 200);
  });
});

/** What the bucket holds. */
async function stored(): Promise<unknown> {
  const { Contents } = await clients.s3.send(new ListObjectsV2Command({ Bucket: bucket.name }));
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: bucket.pageKey }));
  return [Contents!.map(({ Key, ETag }) => [Key, ETag]), await Body!.transformToString()];
}
