/** S3's operations on objects. */
import { createHash } from "node:crypto";
import type * as sdk from "@aws-sdk/client-s3";
import { verdictOf } from "../access/authorize.ts";
import { AwsError, type Context, notImplemented } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { onBucket } from "./access.ts";
import { CONDITIONS, type Conditions, checkRead, checkWrite } from "./conditions.ts";
import { accessDenied, invalidArgument, malformedXml, noSuchKey } from "./errors.ts";
import { CHECKSUMS, checksumMembers, checksumsOf, described, headersOf } from "./metadata.ts";
import { type Bucket, objectAt, type StoredObject } from "./state.ts";

const READ = ["Key", "VersionId", "ChecksumMode", ...CONDITIONS] as const;
const PUT = [
  "Key",
  "Body",
  "CacheControl",
  "ContentDisposition",
  "ContentEncoding",
  "ContentLanguage",
  "ContentLength",
  "ContentType",
  "Expires",
  "Metadata",
  ...CHECKSUMS,
  "IfMatch",
  "IfNoneMatch",
  "ServerSideEncryption",
  "StorageClass",
] as const;

export const objectOperations: Operations<typeof sdk> = {
  PutObject: onBucket("PutObject", PUT, putObject),
  GetObject: onBucket("GetObject", READ, (bucket, input, context) => {
    const object = requireObject(bucket, input, context);
    return { ...described(object, input.ChecksumMode), Body: contentOf(object) };
  }),
  HeadObject: onBucket("HeadObject", READ, (bucket, input, context) =>
    described(requireObject(bucket, input, context), input.ChecksumMode),
  ),
  GetObjectTagging: onBucket("GetObjectTagging", ["Key", "VersionId"], (bucket, input, context) => {
    requireObject(bucket, input, context);
    return { TagSet: [] };
  }),
  DeleteObject: onBucket("DeleteObject", ["Key", "VersionId", "IfMatch"], (bucket, input) => {
    checkVersion(input.VersionId);
    checkWrite(objectAt(bucket, input.Key), input);
    remove(bucket, input.Key);
  }),
  DeleteObjects: onBucket("DeleteObjects", ["Delete"], deleteObjects),
};

const MAX_KEY_BYTES = 1024;

function putObject(bucket: Bucket, input: Given<sdk.PutObjectCommandInput>) {
  const { Key: key, ServerSideEncryption: encryption = "AES256", StorageClass = "STANDARD" } = input;
  const content = (input.Body as Buffer | undefined) ?? Buffer.alloc(0);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new AwsError("KeyTooLongError", 400, "Your key is too long");
  if (encryption !== "AES256") throw notImplemented(`the encryption ${encryption} of objects`);
  if (StorageClass !== "STANDARD") throw notImplemented(`the storage class ${StorageClass} of objects`);
  checkWrite(objectAt(bucket, key), input);
  const ETag = `"${createHash("md5").update(content).digest("hex")}"`;
  remove(bucket, key);
  const object: StoredObject = {
    key,
    body: content.toString("base64"),
    size: content.length,
    etag: ETag,
    lastModified: Date.now(),
    headers: { "content-type": "binary/octet-stream", ...headersOf(input) },
    checksums: checksumsOf(input),
  };
  bucket.objects.push(object);
  return { ETag, ServerSideEncryption: "AES256" as const, ...checksumMembers(object) };
}

/** An object's content. */
export const contentOf = ({ body }: StoredObject): Buffer => Buffer.from(body, "base64");

function requireObject(
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
