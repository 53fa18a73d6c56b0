/** The body of a request, as far as it may be read. */
import type { IncomingMessage } from "node:http";

const MEGABYTE = 1024 * 1024;

/**
 * So much of a body that is too large is still taken, and thrown away: whoever sends it hears why it is refused only
 * when the connection holds until it is sent. Beyond that the connection is cut.
 */
const TAKEN = 48 * MEGABYTE;

/** A function's zip may have 50 MB, in base64; a batch for DynamoDB 16 MB; nothing else needs as much. */
const limitOf = ({ headers }: IncomingMessage): number =>
  (headers.authorization?.includes("/lambda/aws4_request") ? 70 : 16) * MEGABYTE;

/**
 * Undefined for a body beyond the limit, as soon as that is known. Without `for await`, which makes an iterator for
 * every request.
 */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const limit = limitOf(request);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else refuse();
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", reject);
    const refuse = () => {
      chunks.length = 0;
      resolve(undefined);
      if (size > limit + TAKEN) request.destroy();
    };
    if (declared(request) > limit) refuse();
  });
}

const declared = ({ headers }: IncomingMessage): number => Number(headers["content-length"] ?? 0);

/** Whether a refused body ends soon enough for the next request to come over the same connection. */
export const endsSoon = (request: IncomingMessage): boolean => declared(request) <= limitOf(request) + TAKEN;
