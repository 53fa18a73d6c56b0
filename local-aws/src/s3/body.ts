/** The body of an S3 request: taken out of its chunks, its digests verified. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AwsError, notImplemented, type WireRequest } from "../service.ts";
import { readChunked } from "../wire/aws-chunked.ts";

export interface S3Body {
  content: Buffer;
  /** "x-amz-checksum-crc32" and the like, verified. */
  checksums: Record<string, string>;
}

/** Reads a request's content. What does not have the digest that its sender gave is refused. */
export function readBody({ headers, body }: WireRequest): S3Body {
  const chunked = (headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
  const { content, trailers } = chunked ? dechunk(body) : { content: body, trailers: {} };
  const declared = headers["x-amz-decoded-content-length"];
  if (declared !== undefined && Number(declared) !== content.length)
    throw new AwsError("IncompleteBody", 400, "The request body terminated unexpectedly");
  const given = Object.entries({ ...headers, ...trailers });
  const checksums = given.filter(([name]) => /^x-amz-checksum-(?!mode$|algorithm$|type$)/.test(name));
  for (const [name, value] of checksums) verifyChecksum(name, value, content);
  verifyMd5(headers["content-md5"], content);
  verifySha256(headers["x-amz-content-sha256"], content);
  return { content, checksums: Object.fromEntries(checksums) };
}

function dechunk(body: Buffer): { content: Buffer; trailers: Record<string, string> } {
  const { chunks, trailers } = readChunked(body);
  return { content: Buffer.concat(chunks.map(({ content }) => content)), trailers };
}

const DIGESTS: Record<string, (content: Buffer) => string> = {
  crc32: content => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(content));
    return bytes.toString("base64");
  },
  sha1: content => createHash("sha1").update(content).digest("base64"),
  sha256: content => createHash("sha256").update(content).digest("base64"),
};

function verifyChecksum(header: string, value: string, content: Buffer): void {
  const algorithm = header.slice("x-amz-checksum-".length);
  const digest = DIGESTS[algorithm];
  if (!digest) throw notImplemented(`the checksum ${algorithm} of s3`);
  if (digest(content) !== value)
    throw new AwsError(
      "BadDigest",
      400,
      `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    );
}

function verifyMd5(given: string | undefined, content: Buffer): void {
  if (given === undefined) return;
  if (Buffer.from(given, "base64").length !== 16)
    throw new AwsError("InvalidDigest", 400, "The Content-MD5 you specified was invalid.");
  if (createHash("md5").update(content).digest("base64") !== given)
    throw new AwsError("BadDigest", 400, "The Content-MD5 you specified did not match what we received.");
}

function verifySha256(given: string | undefined, content: Buffer): void {
  if (given === undefined || !/^[0-9a-f]{64}$/.test(given)) return;
  if (createHash("sha256").update(content).digest("hex") !== given)
    throw new AwsError(
      "XAmzContentSHA256Mismatch",
      400,
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
}
