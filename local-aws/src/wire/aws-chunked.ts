/**
 * The content encoding aws-chunked: "size[;chunk-signature=...]", the chunk, and after the last, empty one the
 * trailers. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
import { AwsError } from "../service.ts";

export interface Chunk {
  content: Buffer;
  signature?: string;
}

const CRLF = "\r\n";
const HEAD = /^([\da-f]{1,8})(?:;chunk-signature=([\da-f]{64}))?$/i;

/** Takes a body out of its chunks, the last and empty one included. */
export function readChunked(body: Buffer): { chunks: Chunk[]; trailers: Record<string, string> } {
  const chunks: Chunk[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf(CRLF, at);
    const [line, size = "", signature] = HEAD.exec(body.toString("latin1", at, Math.max(lineEnd, at))) ?? [];
    if (line === undefined) throw new AwsError("InvalidRequest", 400, "The aws-chunked body is malformed.");
    const start = lineEnd + CRLF.length;
    const end = start + Number.parseInt(size, 16);
    chunks.push({ content: body.subarray(start, end), signature });
    if (start === end) return { chunks, trailers: readTrailers(body.subarray(start)) };
    at = end + CRLF.length;
  }
}

function readTrailers(text: Buffer): Record<string, string> {
  const lines = text.toString("latin1").split(/\r?\n/).filter(Boolean);
  return Object.fromEntries(
    lines.map(line => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
