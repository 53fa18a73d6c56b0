/** What anybody may read without a key: objects that a bucket policy opens, and websites. */
import { randomUUID } from "node:crypto";
import type { Public } from "../aws.ts";
import { AwsError, notImplemented, type WireRequest, type WireResponse } from "../service.ts";
import type { World } from "../world.ts";
import { isBucketName } from "./bucket.ts";
import { accessDenied, decoded, noSuchBucket } from "./errors.ts";
import { contentOf, openObject } from "./open.ts";
import { failure } from "./protocol.ts";
import { bucketNamed } from "./state.ts";
import { serveWebsite } from "./website.ts";

/** Serves websites by their host name, and objects at `/{bucket}/{key}`. */
export function servePublicObject(world: World): Public {
  return async request => {
    const website = serveWebsite(world, request);
    if (website) return website;
    const [path = "", query] = request.url.split(/\?(.*)/s);
    const [, name = "", key = ""] = /^\/([^/]+)\/?(.*)$/s.exec(path) ?? [];
    if (!isBucketName(name)) return undefined;
    try {
      if (/(^|&)(X-Amz-)?Signature=/.test(query ?? "")) throw notImplemented("presigned URLs of s3");
      return readAnonymously(world, request, name, decoded(key));
    } catch (error) {
      if (error instanceof AwsError) return failure(error, randomUUID());
      throw error;
    }
  };
}

function readAnonymously(world: World, request: WireRequest, name: string, key: string): WireResponse {
  const bucket = bucketNamed(world, name);
  if (!bucket) throw noSuchBucket(name);
  if (!["GET", "HEAD"].includes(request.method) || key === "") throw accessDenied();
  return contentOf(openObject(world, bucket, key), request);
}
