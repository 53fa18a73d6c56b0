/**
 * Content that is signed chunk by chunk, each signature over the one before it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
import type { WireRequest } from "../service.ts";
import { readChunked } from "../wire/aws-chunked.ts";
import { scopeOf, sha256, sign } from "./canonical.ts";
import type { Signature } from "./signature.ts";

const SIGNED = /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/;
const EMPTY = sha256("");

/** Whether the signature of each chunk, and of the trailer, is right; true where the chunks are not signed. */
export function checkChunks({ headers, body }: WireRequest, signature: Signature, key: Uint8Array): boolean {
  const [signed, trailer] = SIGNED.exec(headers["x-amz-content-sha256"] ?? "") ?? [];
  if (signature.service !== "s3" || !signed) return true;
  const prefix = (kind: string, previous: string) =>
    [`AWS4-HMAC-SHA256-${kind}`, signature.time, scopeOf(signature), previous].join("\n");
  const { chunks, trailers } = readChunked(body);
  let previous = signature.value;
  for (const chunk of chunks) {
    const expected = sign(key, `${prefix("PAYLOAD", previous)}\n${EMPTY}\n${sha256(chunk.content)}`);
    if (chunk.signature !== expected) return false;
    previous = expected;
  }
  if (!trailer) return true;
  const { "x-amz-trailer-signature": given, ...rest } = trailers;
  const lines = Object.entries(rest).map(([name, value]) => `${name}:${value}\n`);
  return given === sign(key, `${prefix("TRAILER", previous)}\n${sha256(lines.join(""))}`);
}
