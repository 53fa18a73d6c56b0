/** What anybody may read without a key: objects that a bucket policy opens, and websites. */
import { randomUUID } from "node:crypto";
import type { Public } from "../aws.ts";
import { isSecure, websiteIn } from "../hosts.ts";
import { AwsError, notImplemented, type WireRequest, type WireResponse } from "../service.ts";
import type { World } from "../world.ts";
import { elsewhere } from "./access.ts";
import { type Address, addressOf } from "./address.ts";
import { isBucketName } from "./bucket.ts";
import { accessDenied, decoded, noSuchBucket } from "./errors.ts";
import { contentOf, openObject } from "./open.ts";
import { s3Protocol } from "./protocol.ts";
import { bucketNamed } from "./state.ts";
import { tellPage } from "./told.ts";
import { serveWebsite } from "./website.ts";

/** Serves websites by their host name, and objects at `/{bucket}/{key}` or below their bucket's host name. */
export function servePublicObject(world: World): Public {
  return async request => {
    const website = serveWebsite(world, request);
    const address = addressOf(request);
    if (!website && !isBucketName(address.bucket)) return undefined;
    const response = website ?? serveObject(world, request, address);
    const bucket = websiteIn(request)?.name ?? address.bucket;
    tellPage(world, request, { ...address, bucket, isWebsite: website !== undefined }, response);
    return response;
  };
}

function serveObject(world: World, request: WireRequest, address: Address): WireResponse {
  try {
    if (/[?&](X-Amz-)?Signature=/.test(request.url))
      throw notImplemented("presigned URLs of s3 but those of Signature Version 4");
    return readAnonymously(world, request, address);
  } catch (error) {
    if (error instanceof AwsError) return s3Protocol.fail(error, randomUUID());
    throw error;
  }
}

function readAnonymously(
  world: World,
  request: WireRequest,
  { bucket: name, key, region }: Address,
): WireResponse {
  const bucket = bucketNamed(world, name);
  if (!bucket) throw noSuchBucket(name);
  if (region !== undefined && region !== bucket.region) throw elsewhere(bucket);
  if (!["GET", "HEAD"].includes(request.method) || key === "") throw accessDenied();
  return contentOf(openObject(world, bucket, decoded(key), isSecure(request)), request);
}
