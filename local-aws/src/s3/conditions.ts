/** Conditional requests. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html */

import { AwsError, notImplemented } from "../service.ts";
import { noSuchKey } from "./errors.ts";
import type { StoredObject } from "./state.ts";

export const CONDITIONS = ["IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince"] as const;

/** The conditions that a request to read may have. */
export interface Conditions {
  IfMatch?: string;
  IfNoneMatch?: string;
  IfModifiedSince?: Date;
  IfUnmodifiedSince?: Date;
}

const failed = (condition: string) =>
  new AwsError("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold", {
    members: { Condition: condition },
  });

/** Refuses to read an object that is not as the conditions want it (412), or that has not changed (304). */
export function checkRead(object: StoredObject, input: Conditions): void {
  const changedAfter = (date: Date) => Math.floor(object.lastModified / 1000) * 1000 > date.getTime();
  if (input.IfMatch !== undefined) {
    if (!names(input.IfMatch, object)) throw failed("If-Match");
  } else if (input.IfUnmodifiedSince !== undefined && changedAfter(input.IfUnmodifiedSince))
    throw failed("If-Unmodified-Since");
  if (input.IfNoneMatch !== undefined) {
    if (names(input.IfNoneMatch, object)) throw notModified(object);
  } else if (input.IfModifiedSince !== undefined && !changedAfter(input.IfModifiedSince))
    throw notModified(object);
}

/** Refuses to delete what is not as the condition wants it; what is not there is deleted already. */
export function checkDelete(object: StoredObject | undefined, { IfMatch }: Conditions): void {
  if (object && IfMatch !== undefined && !names(IfMatch, object)) throw failed("If-Match");
}

/** Refuses to write over what is not as the conditions want it. */
export function checkWrite(
  object: StoredObject | undefined,
  { Key, IfMatch, IfNoneMatch }: { Key: string } & Conditions,
): void {
  if (IfNoneMatch !== undefined && IfNoneMatch !== "*")
    throw notImplemented("an If-None-Match other than * when s3 writes");
  if (IfNoneMatch !== undefined && object) throw failed("If-None-Match");
  if (IfMatch === undefined) return;
  if (!object) throw noSuchKey(Key);
  if (!names(IfMatch, object)) throw failed("If-Match");
}

const names = (etags: string, { etag }: StoredObject): boolean =>
  etags.split(",").some(name => ["*", etag, `W/${etag}`, etag.slice(1, -1)].includes(name.trim()));

const notModified = ({ etag, lastModified }: StoredObject) =>
  new AwsError("NotModified", 304, "Not Modified", {
    headers: { etag, "last-modified": new Date(lastModified).toUTCString() },
  });
