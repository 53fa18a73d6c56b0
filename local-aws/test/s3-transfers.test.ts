/** What the aws command and Terraform do with objects besides putting and getting them whole. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as sdk from "@aws-sdk/client-s3";
import { Bucket, create, withBucket } from "./buckets.ts";
import { refused, smallAws } from "./small-aws.ts";

const MEGABYTE = 1024 * 1024;
const Key = "a key/with ü";

async function withObject(more = {}) {
  const { s3 } = await withBucket();
  await s3.send(
    new sdk.PutObjectCommand({ Bucket, Key, Body: "0123456789", ContentType: "text/plain", ...more }),
  );
  const get = async (input = {}) => {
    const { Body, ...answer } = await s3.send(new sdk.GetObjectCommand({ Bucket, Key, ...input }));
    return { ...answer, text: await Body?.transformToString() };
  };
  return { s3, get };
}

test("a part of an object is answered with where it lies", async () => {
  const { get } = await withObject();

  const answers = [];
  for (const Range of ["bytes=2-4", "bytes=8-", "bytes=-3", "bytes=5-99"]) answers.push(await get({ Range }));

  assert.deepEqual(
    answers.map(({ text, ContentRange, $metadata }) => [text, ContentRange, $metadata.httpStatusCode]),
    [
      ["234", "bytes 2-4/10", 206],
      ["89", "bytes 8-9/10", 206],
      ["789", "bytes 7-9/10", 206],
      ["56789", "bytes 5-9/10", 206],
    ],
  );
  await refused(get({ Range: "bytes=10-" }), "InvalidRange", 416);
  assert.equal((await get({ Range: "lines=1-2" })).text, "0123456789");
});

test("an object is copied with what is kept beside it, or with other headers", async () => {
  const { s3, get } = await withObject({ Metadata: { from: "here" }, Tagging: "team=a" });
  const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;

  await s3.send(new sdk.CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
  const other = { MetadataDirective: "REPLACE" as const, ContentType: "text/html" };
  await s3.send(new sdk.CopyObjectCommand({ Bucket, Key: "other", CopySource, ...other }));

  const [copy, replaced] = [await get({ Key: "copy" }), await get({ Key: "other" })];
  assert.deepEqual(
    [copy.text, copy.ContentType, copy.Metadata, copy.TagCount],
    ["0123456789", "text/plain", { from: "here" }, 1],
  );
  assert.deepEqual([replaced.text, replaced.ContentType, replaced.Metadata], ["0123456789", "text/html", {}]);
  const missing = new sdk.CopyObjectCommand({ Bucket, Key: "x", CopySource: `${Bucket}/nothing` });
  await refused(s3.send(missing), "NoSuchKey", 404);
});

test("an object in parts is put together in their order, and has the ETag of its parts", async () => {
  const { s3, get } = await withObject();
  const { UploadId } = await s3.send(
    new sdk.CreateMultipartUploadCommand({ Bucket, Key: "large", ContentType: "a/b" }),
  );
  const contents = ["a".repeat(5 * MEGABYTE), "b".repeat(5 * MEGABYTE), "end"];
  const part = (PartNumber: number, Body: string) =>
    s3.send(new sdk.UploadPartCommand({ Bucket, Key: "large", UploadId, PartNumber, Body }));
  const Parts: sdk.CompletedPart[] = [];
  for (const [at, content] of contents.entries())
    Parts.push({ PartNumber: at + 1, ETag: (await part(at + 1, content)).ETag });
  const complete = (Parts: sdk.CompletedPart[]) =>
    s3.send(
      new sdk.CompleteMultipartUploadCommand({ Bucket, Key: "large", UploadId, MultipartUpload: { Parts } }),
    );

  await refused(complete([...Parts].reverse()), "InvalidPartOrder", 400);
  await refused(complete([{ PartNumber: 1, ETag: "other" }]), "InvalidPart", 400);
  await refused(
    complete([Parts[2]!, { PartNumber: 4, ETag: (await part(4, "more")).ETag }]),
    "EntityTooSmall",
    400,
  );
  const { ETag } = await complete(Parts);

  const object = await get({ Key: "large" });
  assert.equal(object.text, contents.join(""));
  assert.equal(object.ContentType, "a/b");
  assert.match(`${ETag}`, /^"[0-9a-f]{32}-3"$/);
  assert.equal(object.ETag, ETag);
  await refused(complete(Parts), "NoSuchUpload", 404);
});

test("an upload that is given up leaves nothing", async () => {
  const { s3 } = await withBucket();
  const { UploadId } = await s3.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key }));

  await s3.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));

  await refused(s3.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })), "NoSuchUpload", 404);
  await refused(s3.send(new sdk.GetObjectCommand({ Bucket, Key })), "NoSuchKey", 404);
});

test("an object has tags: ten at most, answered, replaced and removed", async () => {
  const { s3 } = await withObject({ Tagging: "team=a&stage=test%20one" });
  const tags = async () => (await s3.send(new sdk.GetObjectTaggingCommand({ Bucket, Key }))).TagSet;

  const first = await tags();
  await s3.send(
    new sdk.PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [{ Key: "only", Value: "1" }] } }),
  );
  const second = await tags();
  await s3.send(new sdk.DeleteObjectTaggingCommand({ Bucket, Key }));

  assert.deepEqual(first, [
    { Key: "team", Value: "a" },
    { Key: "stage", Value: "test one" },
  ]);
  assert.deepEqual(second, [{ Key: "only", Value: "1" }]);
  assert.deepEqual(await tags(), []);
  const TagSet = Array.from({ length: 11 }, (_, at) => ({ Key: `${at}`, Value: "" }));
  await refused(
    s3.send(new sdk.PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } })),
    "BadRequest",
    400,
  );
});

test("a Content-MD5 that is none is told from one that is another's", async () => {
  const { s3 } = await withBucket();
  const put = (ContentMD5: string) =>
    s3.send(new sdk.PutObjectCommand({ Bucket, Key, Body: "v", ContentMD5 }));

  await refused(put("nonsense"), "InvalidDigest", 400);
  await refused(put("1B2M2Y8AsgTpgAmY7PhCfg=="), "BadDigest", 400);
});

test("what is not there is deleted, whatever it should have been", async () => {
  const { s3 } = await withObject();

  await s3.send(new sdk.DeleteObjectCommand({ Bucket, Key: "nothing", IfMatch: '"etag"' }));

  await refused(
    s3.send(new sdk.DeleteObjectCommand({ Bucket, Key, IfMatch: '"etag"' })),
    "PreconditionFailed",
    412,
  );
});

test("the global endpoint, which us-east-1 signs for, creates buckets in any region", async () => {
  const { clients } = smallAws();

  await clients("us-east-1").s3.send(create("far-away", "eu-west-1"));

  const { LocationConstraint } = await clients("us-east-1").s3.send(
    new sdk.GetBucketLocationCommand({ Bucket: "far-away" }),
  );
  assert.equal(LocationConstraint, "eu-west-1");
});
