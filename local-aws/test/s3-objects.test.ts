import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { refused, smallAws } from "./small-aws.ts";

const Bucket = "page-bucket";

async function withBucket() {
  const aws = smallAws();
  await aws.s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  );
  const put = (Key: string, Body: string | Uint8Array | Readable = "v", more = {}) =>
    aws.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = async (Key: string, more = {}) => {
    const object = await aws.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return { ...object, content: await object.Body?.transformToByteArray() };
  };
  const list = async (more = {}, pageSize = 1000) => {
    const names: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client: aws.s3, pageSize }, { Bucket, ...more }))
      names.push(
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map(p => p.Prefix),
      );
    return names;
  };
  return { ...aws, put, get, list };
}

test("an object comes back byte for byte, with the headers it was given", async () => {
  const { put, get, s3 } = await withBucket();
  const content = Uint8Array.from({ length: 256 }, (_, at) => at);
  const headers = { ContentType: "image/png", CacheControl: "no-cache", Metadata: { digest: "abc" } };

  const { ETag, ChecksumCRC32 } = await put("a/ü &+%.png", content, headers);
  const object = await get("a/ü &+%.png");
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "a/ü &+%.png" }));

  assert.deepEqual(object.content, content);
  for (const read of [object, head]) {
    assert.equal(read.ContentType, "image/png");
    assert.equal(read.CacheControl, "no-cache");
    assert.deepEqual(read.Metadata, { digest: "abc" });
    assert.equal(read.ContentLength, 256);
    assert.equal(read.ETag, ETag);
  }
  assert.ok(ChecksumCRC32);
  assert.equal(object.ChecksumCRC32, ChecksumCRC32);
});

test("a stream's content is taken out of its chunks", async () => {
  const { put, get } = await withBucket();
  const body = Readable.from([Buffer.from("first,"), Buffer.from("second")]);

  await put("k", body, { ContentLength: 12 });

  const { content, ContentEncoding } = await get("k");
  assert.equal(Buffer.from(content ?? []).toString(), "first,second");
  assert.equal(ContentEncoding, undefined);
});

test("content that does not have the digest it came with is refused", async () => {
  const { put, get } = await withBucket();
  const wrong = Buffer.alloc(16).toString("base64");

  await refused(put("k", "v", { ContentMD5: wrong }), "BadDigest", 400);
  await refused(put("k", "v", { ChecksumCRC32: "AAAAAA==" }), "BadDigest", 400);
  await refused(put("k", "v", { ChecksumSHA256: wrong }), "BadDigest", 400);
  await refused(put("k", "v", { ChecksumCRC32C: "AAAAAA==" }), "NotImplemented", 501, /crc32c/);
  await refused(get("k"), "NoSuchKey", 404);
  await put("k", "v", { ChecksumAlgorithm: "SHA256" });
});

test("a key may be any text of up to 1,024 bytes", async () => {
  const { put, get, list } = await withBucket();
  const keys = [
    "__proto__",
    "constructor",
    " spaced ",
    "line\nbreak",
    "carriage\rreturn",
    "a//b",
    "<&>\"'",
    "ü".repeat(512),
  ];

  for (const key of keys) await put(key, key);

  for (const key of keys) assert.equal(Buffer.from((await get(key)).content ?? []).toString(), key);
  assert.deepEqual((await list()).sort(), [...keys].sort());
  await refused(put(`${"ü".repeat(512)}x`), "KeyTooLongError", 400);
});

test("objects are listed in the order of their bytes, by prefix, by folder and in pages", async () => {
  const { put, list } = await withBucket();
  for (const key of ["b", "a/2", "a/1", "c/x/1", "c/x/2", "\u{1f600}", "\uffee"]) await put(key);

  const everything = ["a/1", "a/2", "b", "c/x/1", "c/x/2", "\uffee", "\u{1f600}"];
  assert.deepEqual(await list(), everything);
  for (const size of [1, 2, 3]) assert.deepEqual(await list({}, size), everything);
  assert.deepEqual(await list({ Prefix: "a/" }), ["a/1", "a/2"]);
  assert.deepEqual(await list({ StartAfter: "c" }), ["c/x/1", "c/x/2", "\uffee", "\u{1f600}"]);
  assert.deepEqual((await list({ Delimiter: "/" })).sort(), ["a/", "b", "c/", "\u{1f600}", "\uffee"]);
  assert.deepEqual((await list({ Delimiter: "/" }, 1)).sort(), ["a/", "b", "c/", "\u{1f600}", "\uffee"]);
  assert.deepEqual(await list({ Delimiter: "/", Prefix: "c/" }), ["c/x/"]);
});

test("versions are listed and deleted as the null version", async () => {
  const { put, s3, list } = await withBucket();
  for (const key of ["a", "b", "c"]) await put(key);

  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
  const Objects = Versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
  const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));

  assert.deepEqual(Objects, [
    { Key: "a", VersionId: "null" },
    { Key: "b", VersionId: "null" },
  ]);
  assert.equal(Deleted?.length, 2);
  assert.deepEqual(await list(), ["c"]);
});

test("deleting what is not there succeeds", async () => {
  const { s3, list, put } = await withBucket();
  await put("a");

  await s3.send(new DeleteObjectCommand({ Bucket, Key: "missing" }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  const quiet = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "a" }], Quiet: true } }),
  );

  assert.equal(quiet.Deleted, undefined);
  assert.deepEqual(await list(), []);
});

test("conditions decide whether an object is read or written", async () => {
  const { put, get, s3 } = await withBucket();
  const { ETag } = await put("k", "v", { IfNoneMatch: "*" });
  const past = new Date(Date.now() - 86_400_000);

  await refused(put("k", "w", { IfNoneMatch: "*" }), "PreconditionFailed", 412);
  await refused(put("k", "w", { IfMatch: '"other"' }), "PreconditionFailed", 412);
  await refused(put("missing", "w", { IfMatch: ETag }), "NoSuchKey", 404);
  await refused(get("k", { IfMatch: '"other"' }), "PreconditionFailed", 412);
  await refused(get("k", { IfNoneMatch: ETag }), "Unknown", 304);
  await refused(get("k", { IfUnmodifiedSince: past }), "PreconditionFailed", 412);
  await refused(get("k", { IfModifiedSince: new Date() }), "Unknown", 304);
  await get("k", { IfMatch: ETag, IfModifiedSince: past });
  await put("k", "w", { IfMatch: ETag });
  await refused(s3.send(new HeadObjectCommand({ Bucket, Key: "missing" })), "NotFound", 404);
});
