/** S3's operations on objects. */
import { createHash } from "node:crypto";
import type * as sdk from "@aws-sdk/client-s3";
import { verdictOf } from "../access/authorize.ts";
import { AwsError, type Context, notImplemented } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { onBucket } from "./access.ts";
import { CONDITIONS, type Conditions, checkDelete, checkRead, checkWrite } from "./conditions.ts";
import { accessDenied, invalidArgument, malformedXml, noSuchKey } from "./errors.ts";
import { CHECKSUMS, checksumMembers, checksumsOf, described, headersOf, KEPT_MEMBERS } from "./metadata.ts";
import { rangeOf } from "./range.ts";
import { type Bucket, objectAt, type StoredObject } from "./state.ts";
import { checkTags } from "./tags.ts";

const READ = ["Key", "VersionId", "ChecksumMode", "Range", ...CONDITIONS] as const;
const PUT = [
  "Key",
  "Body",
  "ContentLength",
  "ServerSideEncryption",
  "StorageClass",
  "Tagging",
  "IfMatch",
  "IfNoneMatch",
  ...KEPT_MEMBERS,
  ...CHECKSUMS,
] as const;

export const objectOperations: Operations<typeof sdk> = {
  PutObject: onBucket("PutObject", PUT, putObject),
  GetObject: onBucket("GetObject", READ, (bucket, input, context) => {
    const object = requireObject(bucket, input, context);
    const { start, end, ...shown } = shownPart(object, input);
    return { ...shown, Body: contentOf(object).subarray(start, end) };
  }),
  HeadObject: onBucket("HeadObject", READ, (bucket, input, context) => {
    const { start, end, ...shown } = shownPart(requireObject(bucket, input, context), input);
    return shown;
  }),
  DeleteObject: onBucket("DeleteObject", ["Key", "VersionId", "IfMatch"], (bucket, input) => {
    checkVersion(input.VersionId);
    checkDelete(objectAt(bucket, input.Key), input);
    remove(bucket, input.Key);
  }),
  DeleteObjects: {
    ...onBucket("DeleteObjects", ["Delete"], deleteObjects),
    demands: ({ Delete }, resource) =>
      Delete?.Objects?.some(({ VersionId }) => VersionId)
        ? [{ action: "s3:DeleteObjectVersion", resource }]
        : [],
  },
  GetObjectTagging: onBucket("GetObjectTagging", ["Key", "VersionId"], (bucket, input, context) => ({
    TagSet: requireObject(bucket, input, context).tags ?? [],
  })),
  PutObjectTagging: onBucket(
    "PutObjectTagging",
    ["Key", "VersionId", "Tagging"],
    (bucket, input, context) => {
      requireObject(bucket, input, context).tags = checkTags(input.Tagging.TagSet, MOST_TAGS);
    },
  ),
  DeleteObjectTagging: onBucket("DeleteObjectTagging", ["Key", "VersionId"], (bucket, input, context) => {
    requireObject(bucket, input, context).tags = [];
  }),
};

const MAX_KEY_BYTES = 1024;
const MOST_TAGS = 10;

/** An object as it is described, whole or the part that is asked for. */
function shownPart(
  object: StoredObject,
  { Range, ChecksumMode }: { Range?: string; ChecksumMode?: "ENABLED" },
) {
  const range = rangeOf(Range, object.size);
  if (!range) return { ...described(object, ChecksumMode), start: 0, end: object.size };
  const { start, end } = range;
  const ContentRange = `bytes ${start}-${end - 1}/${object.size}`;
  return { ...described(object), ContentLength: end - start, ContentRange, start, end };
}

function putObject(bucket: Bucket, input: Given<sdk.PutObjectCommandInput>) {
  const { Key: key, ServerSideEncryption: encryption = "AES256", StorageClass = "STANDARD" } = input;
  if (encryption !== "AES256") throw notImplemented(`the encryption ${encryption} of objects`);
  if (StorageClass !== "STANDARD") throw notImplemented(`the storage class ${StorageClass} of objects`);
  const given = [...new URLSearchParams(input.Tagging ?? "")];
  const tags = checkTags(
    given.map(([Key, Value]) => ({ Key, Value })),
    MOST_TAGS,
  );
  checkWrite(objectAt(bucket, key), input);
  const content = (input.Body as Buffer | undefined) ?? Buffer.alloc(0);
  const object = store(bucket, {
    key,
    content,
    headers: headersOf(input),
    checksums: checksumsOf(input),
    tags,
  });
  return { ETag: object.etag, ServerSideEncryption: "AES256" as const, ...checksumMembers(object) };
}

interface NewObject extends Partial<Pick<StoredObject, "etag" | "checksums" | "tags">> {
  key: string;
  content: Buffer;
  headers: Record<string, string>;
}

/** Keeps an object in the place of what its key had. */
export function store(
  bucket: Bucket,
  { key, content, headers, checksums = {}, ...more }: NewObject,
): StoredObject {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new AwsError("KeyTooLongError", 400, "Your key is too long");
  const object: StoredObject = {
    key,
    body: content.toString("base64"),
    size: content.length,
    lastModified: Date.now(),
    headers: { "content-type": "binary/octet-stream", ...headers },
    checksums,
    etag: `"${createHash("md5").update(content).digest("hex")}"`,
    ...more,
  };
  remove(bucket, key);
  bucket.objects.push(object);
  return object;
}

/** The content of an object or a part. */
export const contentOf = ({ body }: Pick<StoredObject, "body">): Buffer => Buffer.from(body, "base64");

/** An object that is there, as the conditions want it. */
export function requireObject(
  bucket: Bucket,
  input: { Key: string; VersionId?: string } & Conditions,
  context: Context,
): StoredObject {
  checkVersion(input.VersionId);
  const object = objectAt(bucket, input.Key);
  if (!object) throw missing(bucket, input.Key, context);
  checkRead(object, input);
  return object;
}

/** Who may not list a bucket is not told what is missing there. */
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
function missing({ name }: Bucket, key: string, context: Context): AwsError {
  const demand = { action: "s3:ListBucket", resource: `arn:aws:s3:::${name}` };
  return verdictOf(context, demand) === "allow" ? noSuchKey(key) : accessDenied();
}

/** Versioning cannot be enabled here, so that each object has the one version "null". */
function checkVersion(versionId = "null"): void {
  if (versionId !== "null") throw invalidArgument("Invalid version id specified", "versionId", versionId);
}

function remove(bucket: Bucket, key: string): void {
  bucket.objects = bucket.objects.filter(object => object.key !== key);
}

const MAX_DELETED = 1000;

function deleteObjects(bucket: Bucket, { Delete: { Objects, Quiet } }: Given<sdk.DeleteObjectsCommandInput>) {
  if (Objects.length === 0 || Objects.length > MAX_DELETED || Objects.some(({ Key }) => !Key))
    throw malformedXml();
  for (const { VersionId } of Objects) checkVersion(VersionId);
  for (const { Key } of Objects) remove(bucket, Key);
  return { Deleted: Quiet ? [] : Objects.map(({ Key, VersionId }) => ({ Key, VersionId })) };
}
