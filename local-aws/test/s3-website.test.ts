import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { s3State } from "../src/s3/state.ts";
import { smallAws } from "./small-aws.ts";

const Bucket = "page-bucket";
const HOST = `${Bucket}.s3-website-eu-west-1.amazonaws.com`;

/** A bucket with a page, open to all by its policy. */
async function withWebsite(actions = ["s3:GetObject"]) {
  const { s3, world, visit } = smallAws();
  const put = (Key: string, Body: string, more = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "text/html", ...more }));
  const block = (RestrictPublicBuckets: boolean) =>
    s3.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          RestrictPublicBuckets,
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
        },
      }),
    );
  const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: actions, Resource }],
  });
  const configure = (WebsiteConfiguration: object) =>
    s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  );
  await block(false);
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  await configure({ IndexDocument: { Suffix: "index.html" } });
  await put("index.html", "<h1>page</h1>", { CacheControl: "no-cache" });
  const browse = async (
    path: string,
    { host = HOST, method = "GET", ...headers }: Record<string, string> = {},
  ) => {
    const response = await visit(path, { host, ...headers }, method);
    return { ...response, body: Buffer.from(response.body).toString() };
  };
  return { world, visit: browse, put, block, configure };
}

test("the index document is served for the root and for folders", async () => {
  const { visit, put } = await withWebsite();
  await put("docs/index.html", "docs");

  const root = await visit("/?x=1");
  const folder = await visit("/docs/");
  const bare = await visit("/docs");

  assert.equal(root.status, 200);
  assert.equal(root.body, "<h1>page</h1>");
  assert.equal(root.headers["content-type"], "text/html");
  assert.equal(root.headers["cache-control"], "no-cache");
  assert.equal(folder.body, "docs");
  assert.equal(bare.status, 302);
  assert.equal(bare.headers.location, "/docs/");
});

test("a page that has not changed is not sent again", async () => {
  const { visit } = await withWebsite();
  const { etag = "" } = (await visit("/")).headers;

  const again = await visit("/", { "if-none-match": etag });

  assert.equal(again.status, 304);
  assert.equal(again.body, "");
  assert.equal(again.headers.etag, etag);
});

test("a website is found by any of the host names that S3 has for it", async () => {
  const { visit } = await withWebsite();
  const status = async (host: string) => (await visit("/", { host })).status;

  assert.equal(await status(`${Bucket}.s3-website.eu-west-1.amazonaws.com`), 200);
  assert.equal(await status(`${Bucket}.s3-website.localhost:4566`), 200);
  assert.equal(await status(`${Bucket}.s3-website-eu-west-1.localhost:4566`), 200);
  assert.equal(await status(`${Bucket}.s3-website-us-west-2.amazonaws.com`), 400);
  assert.equal(await status("missing.s3-website.localhost"), 404);
});

test("a missing page is forbidden, unless everybody may list the bucket", async () => {
  const closed = await withWebsite();
  const open = await withWebsite(["s3:GetObject", "s3:ListBucket"]);

  const forbidden = await closed.visit("/<script>");
  const missing = await open.visit("/%3Cscript%3E");

  assert.equal(forbidden.status, 403);
  assert.match(forbidden.body, /<title>403 Forbidden<\/title>.*<li>Code: AccessDenied<\/li>/);
  assert.equal(missing.status, 404);
  assert.match(
    missing.body,
    /<h1>404 Not Found<\/h1>.*<li>Code: NoSuchKey<\/li>.*<li>Key: &lt;script&gt;<\/li>/,
  );
  assert.equal(missing.headers["content-type"], "text/html; charset=utf-8");
});

test("the error document is served with the error's status", async () => {
  const { visit, put, configure } = await withWebsite();
  await configure({ IndexDocument: { Suffix: "index.html" }, ErrorDocument: { Key: "error.html" } });
  const before = await visit("/missing");

  await put("error.html", "sorry");
  const after = await visit("/missing");

  assert.match(before.body, /AccessDenied/);
  assert.equal(after.status, 403);
  assert.equal(after.body, "sorry");
});

test("a website only serves GET and HEAD", async () => {
  const { visit } = await withWebsite();

  const head = await visit("/", { method: "HEAD" });
  const post = await visit("/", { method: "POST" });

  assert.equal(head.status, 200);
  assert.equal(head.headers["content-length"], "13");
  assert.equal(head.body, "");
  assert.equal(post.status, 405);
  assert.match(post.body, /MethodNotAllowed/);
});

test("an object is public at its path only if policy and Block Public Access both say so", async () => {
  const { visit, block, world } = await withWebsite();
  const at = (key: string, method = "GET") => visit(`/${Bucket}/${key}`, { host: "127.0.0.1:4566", method });

  const open = await at("index.html");
  const missing = await at("missing");
  const listing = await at("");
  const written = await at("index.html", "PUT");
  await block(true);
  const restricted = await at("index.html");
  await block(false);
  const all = { BlockPublicAcls: false, IgnorePublicAcls: false, BlockPublicPolicy: false };
  s3State(world).accountBlockPublicAccess = { ...all, RestrictPublicBuckets: true };
  const restrictedByAccount = await at("index.html");

  assert.equal(open.body, "<h1>page</h1>");
  for (const refusal of [missing, listing, written, restricted, restrictedByAccount]) {
    assert.equal(refusal.status, 403);
    assert.match(refusal.body, /<Error><Code>AccessDenied<\/Code>/);
  }
});

test("without a key, what is no object of a bucket is not S3's to answer", async () => {
  const { visit } = await withWebsite();
  const at = (path: string) => visit(path, { host: "127.0.0.1:4566" });

  assert.equal((await at("/missing-bucket/k")).status, 404);
  assert.match((await at("/")).body, /Missing Authentication Token/);
  assert.match((await at("/_aws/other")).body, /Missing Authentication Token/);
  assert.equal((await at(`/${Bucket}/%ff`)).status, 400);
  assert.equal((await at(`/${Bucket}/index.html?X-Amz-Signature=0`)).status, 501);
});
