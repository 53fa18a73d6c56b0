/** Objects that anybody may read, as responses. */
import { randomUUID } from "node:crypto";
import type { WireRequest, WireResponse } from "../service.ts";
import type { World } from "../world.ts";
import { isOpen } from "./access.ts";
import { checkRead } from "./conditions.ts";
import { accessDenied, noSuchKey } from "./errors.ts";
import { described } from "./metadata.ts";
import { s3Protocol } from "./protocol.ts";
import { type Bucket, objectAt, type StoredObject } from "./state.ts";

/** An object that anybody may read. Whether a key is free is told only to those who may list the bucket. */
export function openObject(world: World, bucket: Bucket, key: string, secure: boolean): StoredObject {
  const object = objectAt(bucket, key);
  if (object && isOpen(world, bucket, secure, "s3:GetObject", key)) return object;
  if (!object && isOpen(world, bucket, secure, "s3:ListBucket")) throw noSuchKey(key);
  throw accessDenied();
}

/** The response with an object's content, or 304 when the client has it already. */
export function contentOf(object: StoredObject, { method, headers }: WireRequest): WireResponse {
  checkRead(object, {
    IfMatch: headers["if-match"],
    IfNoneMatch: headers["if-none-match"],
    IfModifiedSince: dateOf(headers["if-modified-since"]),
    IfUnmodifiedSince: dateOf(headers["if-unmodified-since"]),
  });
  const Body = Buffer.from(method === "HEAD" ? "" : object.body, "base64");
  const call = { operation: method === "HEAD" ? "HeadObject" : "GetObject", input: {} };
  return s3Protocol.answer(
    call,
    { ...described(object), ...(method === "HEAD" ? {} : { Body }) },
    randomUUID(),
  );
}

/** A condition whose date is none is ignored. */
const dateOf = (text: string | undefined): Date | undefined =>
  text === undefined || Number.isNaN(Date.parse(text)) ? undefined : new Date(text);
