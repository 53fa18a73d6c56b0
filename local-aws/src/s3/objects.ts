/** S3's operations on objects. */
import { createHash } from "node:crypto";
import { verdictOf } from "../access/authorize.ts";
import { AwsError, type Context, type Input, type Operation } from "../service.ts";
import { fromXml, malformedXml } from "../wire/xml.ts";
import { onBucket } from "./access.ts";
import { CONDITIONS, checkRead, checkWrite } from "./conditions.ts";
import { accessDenied, invalidArgument, noSuchKey } from "./errors.ts";
import { listOperations } from "./lists.ts";
import { NAMESPACE, type S3Output } from "./protocol.ts";
import { type Bucket, objectAt, type StoredObject } from "./state.ts";

const READ = ["Key", "VersionId", "ChecksumMode", ...CONDITIONS];

export const objectOperations: Record<string, Operation> = {
  ...listOperations,
  PutObject: onBucket(
    "PutObject",
    ["Key", "Body", "Headers", "Checksums", "IfMatch", "IfNoneMatch"],
    putObject,
  ),
  GetObject: onBucket("GetObject", READ, (bucket, input, context) => {
    const object = requireObject(bucket, input, context);
    return { headers: headersOf(object, input), body: Buffer.from(object.body, "base64") };
  }),
  HeadObject: onBucket("HeadObject", READ, (bucket, input, context) => ({
    headers: headersOf(requireObject(bucket, input, context), input),
  })),
  GetObjectTagging: onBucket("GetObjectTagging", ["Key", "VersionId"], (bucket, input, context) => {
    requireObject(bucket, input, context);
    return { xml: { Tagging: { "@xmlns": NAMESPACE, TagSet: "" } } };
  }),
  DeleteObject: onBucket("DeleteObject", ["Key", "VersionId", "IfMatch"], (bucket, input) => {
    checkVersion(input.VersionId);
    checkWrite(objectAt(bucket, input.Key), input);
    remove(bucket, input.Key);
    return { status: 204 };
  }),
  DeleteObjects: onBucket("DeleteObjects", ["Body"], deleteObjects),
};

const MAX_KEY_BYTES = 1024;

function putObject(bucket: Bucket, input: Input): S3Output {
  const { Key: key, Body: content, Headers, Checksums: checksums } = input;
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new AwsError("KeyTooLongError", 400, "Your key is too long");
  checkWrite(objectAt(bucket, key), input);
  const etag = `"${createHash("md5").update(content).digest("hex")}"`;
  remove(bucket, key);
  bucket.objects.push({
    key,
    body: content.toString("base64"),
    size: content.length,
    etag,
    lastModified: Date.now(),
    headers: { "content-type": "binary/octet-stream", ...Headers },
    checksums,
  });
  return { headers: { etag, "x-amz-server-side-encryption": "AES256", ...withType(checksums) } };
}

/** The response headers of an object. */
export const headersOf = (object: StoredObject, input: Input = {}): Record<string, string> => ({
  ...object.headers,
  "content-length": String(object.size),
  etag: object.etag,
  "last-modified": new Date(object.lastModified).toUTCString(),
  "x-amz-server-side-encryption": "AES256",
  ...(input.ChecksumMode === "ENABLED" ? withType(object.checksums) : {}),
});

const withType = (checksums: Record<string, string>): Record<string, string> =>
  Object.keys(checksums).length > 0 ? { ...checksums, "x-amz-checksum-type": "FULL_OBJECT" } : {};

function requireObject(bucket: Bucket, input: Input, context: Context): StoredObject {
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

function deleteObjects(bucket: Bucket, { Body }: Input): S3Output {
  const { Object: objects = [], Quiet } = fromXml(`${Body ?? ""}`, "Delete", {
    Object: [{ Key: "text", VersionId: "text" }],
    Quiet: "text",
  });
  if (objects.length === 0 || objects.length > MAX_DELETED || objects.some(({ Key }) => !Key))
    throw malformedXml();
  for (const { VersionId } of objects) checkVersion(VersionId);
  for (const { Key = "" } of objects) remove(bucket, Key);
  const deleted = objects.map(({ Key, VersionId }) => ({ Key, VersionId }));
  return { xml: { DeleteResult: { "@xmlns": NAMESPACE, Deleted: Quiet === "true" ? [] : deleted } } };
}
