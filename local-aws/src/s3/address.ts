/** Which bucket and key a request means: by its path, or by its host and its path. */
import { bucketIn } from "../hosts.ts";
import type { WireRequest } from "../service.ts";

export interface Address {
  /** Percent-encoded as sent, like the key; empty where the request is about no bucket. */
  bucket: string;
  key: string;
  /** The region that the host names. */
  region?: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
export function addressOf(request: Pick<WireRequest, "url" | "headers">): Address {
  const [path = "/"] = request.url.split("?");
  const { name, region } = bucketIn(request) ?? {};
  if (name !== undefined) return { bucket: name, key: path.slice(1), region };
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { bucket, key };
}
