/** Objects that anybody may read, as responses. */
import { isOpen } from "./s3-access.ts";
import { checkRead } from "./s3-conditions.ts";
import { accessDenied, noSuchKey } from "./s3-errors.ts";
import { headersOf } from "./s3-objects.ts";
import { type Bucket, objectAt, type StoredObject } from "./s3-state.ts";
import type { WireRequest, WireResponse } from "./service.ts";
import type { World } from "./world.ts";

/** An object that anybody may read. Whether a key is free is told only to those who may list the bucket. */
export function openObject(world: World, bucket: Bucket, key: string): StoredObject {
  const object = objectAt(bucket, key);
  if (object && isOpen(world, bucket, "s3:GetObject", key)) return object;
  if (!object && isOpen(world, bucket, "s3:ListBucket")) throw noSuchKey(key);
  throw accessDenied();
}

/** The response with an object's content, or 304 when the client has it already. */
export function contentOf(object: StoredObject, { method, headers }: WireRequest): WireResponse {
  checkRead(object, {
    IfMatch: headers["if-match"],
    IfNoneMatch: headers["if-none-match"],
    IfModifiedSince: headers["if-modified-since"],
    IfUnmodifiedSince: headers["if-unmodified-since"],
  });
  return {
    status: 200,
    headers: headersOf(object),
    body: method === "HEAD" ? "" : Buffer.from(object.body, "base64"),
  };
}
