/** S3's lists of objects. */

import type * as sdk from "@aws-sdk/client-s3";
import type { Context } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { onBucket } from "./access.ts";
import { invalidArgument } from "./errors.ts";
import type { Bucket, StoredObject } from "./state.ts";

const SHARED = ["Prefix", "Delimiter", "EncodingType", "MaxKeys"] as const;

type Asked = Pick<Given<sdk.ListObjectsV2CommandInput>, (typeof SHARED)[number]>;

export const listOperations: Operations<typeof sdk> = {
  ListObjectsV2: onBucket(
    "ListObjectsV2",
    [...SHARED, "ContinuationToken", "StartAfter", "FetchOwner"],
    listObjects,
  ),
  ListObjectVersions: onBucket(
    "ListObjectVersions",
    [...SHARED, "KeyMarker", "VersionIdMarker"],
    listVersions,
  ),
};

function listObjects(bucket: Bucket, input: Given<sdk.ListObjectsV2CommandInput>, { world }: Context) {
  const { ContinuationToken: token, StartAfter, FetchOwner } = input;
  const after = token === undefined ? StartAfter : Buffer.from(token, "base64").toString();
  const page = pageOf(bucket, input, after);
  const encode = encoding(input);
  const owner = FetchOwner ? { Owner: { ID: world.account } } : {};
  return {
    ...described(bucket, input, page),
    KeyCount: page.objects.length + page.prefixes.length,
    ContinuationToken: token,
    NextContinuationToken: page.next === undefined ? undefined : Buffer.from(page.next).toString("base64"),
    StartAfter: StartAfter === undefined ? undefined : encode(StartAfter),
    Contents: page.objects.map(object => ({ ...shown(object, encode), ...owner })),
  };
}

function listVersions(bucket: Bucket, input: Given<sdk.ListObjectVersionsCommandInput>, { world }: Context) {
  const page = pageOf(bucket, input, input.KeyMarker);
  const encode = encoding(input);
  return {
    ...described(bucket, input, page),
    KeyMarker: encode(input.KeyMarker ?? ""),
    VersionIdMarker: input.VersionIdMarker ?? "",
    NextKeyMarker: page.next === undefined ? undefined : encode(page.next),
    NextVersionIdMarker: page.next === undefined ? undefined : "null",
    Versions: page.objects.map(object => ({
      ...shown(object, encode),
      VersionId: "null",
      IsLatest: true,
      Owner: { ID: world.account },
    })),
  };
}

interface Page {
  objects: StoredObject[];
  /** What keys have in common up to the delimiter, each counted once. */
  prefixes: string[];
  /** The last key or prefix, when more follow. */
  next?: string;
}

function pageOf(bucket: Bucket, input: Asked, after = ""): Page {
  const { Prefix: prefix = "", Delimiter: delimiter = "" } = input;
  const limit = maxKeys(input);
  const page: Page = { objects: [], prefixes: [] };
  let last = after;
  for (const object of inOrder(bucket.objects)) {
    const { key } = object;
    const name = commonPrefix(key, prefix, delimiter) ?? key;
    if (!key.startsWith(prefix) || !follows(name, after) || page.prefixes.includes(name)) continue;
    if (page.objects.length + page.prefixes.length === limit)
      return limit > 0 ? { ...page, next: last } : page;
    if (name === key) page.objects.push(object);
    else page.prefixes.push(name);
    last = name;
  }
  return page;
}

/** Keys are listed in the order of their bytes of UTF-8. */
const inOrder = (objects: StoredObject[]) =>
  [...objects].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));

const follows = (key: string, after: string) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

function maxKeys({ MaxKeys = 1000 }: Asked): number {
  if (MaxKeys < 0)
    throw invalidArgument(
      "Argument maxKeys must be an integer between 0 and 2147483647",
      "maxKeys",
      `${MaxKeys}`,
    );
  return Math.min(MaxKeys, 1000);
}

function encoding({ EncodingType }: Asked): (text: string) => string {
  if (EncodingType === undefined) return text => text;
  if (EncodingType !== "url")
    throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", EncodingType);
  return text => encodeURIComponent(text).replaceAll("%2F", "/");
}

function described(bucket: Bucket, input: Asked, page: Page) {
  const encode = encoding(input);
  return {
    Name: bucket.name,
    Prefix: encode(input.Prefix ?? ""),
    Delimiter: input.Delimiter === undefined ? undefined : encode(input.Delimiter),
    MaxKeys: maxKeys(input),
    EncodingType: input.EncodingType,
    IsTruncated: page.next !== undefined,
    CommonPrefixes: page.prefixes.map(prefix => ({ Prefix: encode(prefix) })),
  };
}

const shown = ({ key, lastModified, etag, size }: StoredObject, encode: (text: string) => string) => ({
  Key: encode(key),
  LastModified: new Date(lastModified),
  ETag: etag,
  Size: size,
  StorageClass: "STANDARD" as const,
});
