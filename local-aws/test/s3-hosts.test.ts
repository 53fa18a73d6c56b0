import assert from "node:assert/strict";
import { test } from "node:test";
import {
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { accountKey } from "../src/access/authorize.ts";
import { inProcessHandler } from "../src/in-process.ts";
import type { Tls } from "../src/service.ts";
import { ALL_OFF, Bucket, putPolicy, setBlock, withBucket } from "./buckets.ts";
import { refused } from "./small-aws.ts";

const ARN = `arn:aws:s3:::${Bucket}`;
const OPEN = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `${ARN}/*` };
const NO_PLAIN = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [ARN, `${ARN}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

/** A bucket with a page that anybody may read, over TLS only if told so. */
async function withPage(statements: object[] = [OPEN]) {
  const aws = await withBucket();
  await setBlock(aws.s3, ALL_OFF);
  await putPolicy(aws.s3, JSON.stringify({ Version: "2012-10-17", Statement: statements }));
  await aws.s3.send(new PutObjectCommand({ Bucket, Key: "a b/index.html", Body: "page" }));
  const visit = async (host: string, url = "/a%20b/index.html", tls?: Tls, headers = {}) =>
    aws.answer({ method: "GET", url, headers: { host, ...headers }, body: Buffer.alloc(0), tls });
  const client = (more = {}) => {
    const { id: accessKeyId, secret: secretAccessKey } = accountKey(aws.world);
    const credentials = { accessKeyId, secretAccessKey };
    const requestHandler = inProcessHandler(aws.answer);
    return new S3Client({ region: "eu-west-1", credentials, requestHandler, maxAttempts: 1, ...more });
  };
  return { ...aws, visit, client };
}

test("a bucket is found by each of the host names that S3 has for it", async () => {
  const { visit } = await withPage();
  const status = async (host: string) => (await visit(host)).status;

  for (const suffix of ["amazonaws.com", "localhost:4566"])
    for (const service of ["s3", "s3.eu-west-1", "s3-eu-west-1", "s3.dualstack.eu-west-1"])
      assert.equal(await status(`${Bucket}.${service}.${suffix}`), 200, `${service}.${suffix}`);
  assert.equal(await status(`missing.s3.eu-west-1.amazonaws.com`), 404);
  const foreign = await visit(`${Bucket}.s3.eu-west-1.example.org`);
  assert.match(foreign.body.toString(), /Missing Authentication Token/);
});

test("a bucket's root is no page, and lists its keys to nobody", async () => {
  const { visit } = await withPage();

  const root = await visit(`${Bucket}.s3.eu-west-1.amazonaws.com`, "/");

  assert.equal(root.status, 403);
  assert.match(root.body.toString(), /<Code>AccessDenied<\/Code>/);
});

test("a bucket in another region is said to be there", async () => {
  const { visit } = await withPage();

  const elsewhere = await visit(`${Bucket}.s3.us-west-2.amazonaws.com`);

  assert.equal(elsewhere.status, 301);
  assert.equal(elsewhere.headers["x-amz-bucket-region"], "eu-west-1");
  assert.match(elsewhere.body.toString(), /<Code>PermanentRedirect<\/Code>/);
});

test("an SDK client without any endpoint of its own finds the bucket", async () => {
  const { client } = await withPage();

  const found = await client().send(new GetObjectCommand({ Bucket, Key: "a b/index.html" }));

  assert.equal(await found.Body?.transformToString(), "page");
});

test("what a policy denies without TLS is denied to whoever comes without it, the account's user, too", async () => {
  const { visit, client } = await withPage([OPEN, NO_PLAIN]);
  const host = `${Bucket}.s3.eu-west-1.amazonaws.com`;
  const get = () => new GetObjectCommand({ Bucket, Key: "a b/index.html" });
  const endpoint = "http://s3.eu-west-1.amazonaws.com";

  const secure = await visit(host, undefined, {});
  const plain = await visit(host);
  const claimed = await visit(host, undefined, undefined, { "x-forwarded-proto": "https" });
  const here = await visit(`${Bucket}.s3.eu-west-1.localhost:4566`);

  assert.equal(secure.status, 200);
  for (const refusal of [plain, claimed, here]) assert.equal(refusal.status, 403);
  await client().send(get());
  await refused(client({ endpoint }).send(get()), "AccessDenied", 403, /explicit deny/);
});

test("what never leaves this machine counts as secure, as in browsers", async () => {
  const { visit } = await withPage([OPEN, NO_PLAIN]);

  for (const host of ["localhost:4566", "127.0.0.1:4566"])
    assert.equal((await visit(host, `/${Bucket}/a%20b/index.html`)).status, 200);
  for (const host of ["localhost.example.org", "example.org"])
    assert.equal((await visit(host, `/${Bucket}/a%20b/index.html`)).status, 403);
});

test("a policy that opens a bucket is a public one, whatever it denies without TLS", async () => {
  const { s3, visit } = await withPage([OPEN, NO_PLAIN]);

  const { PolicyStatus } = await s3.send(new GetBucketPolicyStatusCommand({ Bucket }));
  await setBlock(s3, { ...ALL_OFF, RestrictPublicBuckets: true });
  const blocked = await visit(`${Bucket}.s3.eu-west-1.amazonaws.com`, undefined, {});

  assert.equal(PolicyStatus?.IsPublic, true);
  assert.equal(blocked.status, 403);
});
