/** A request handler for the SDK's clients that asks a local AWS in the same process: no sockets, no timers. */
import { Readable } from "node:stream";
import { type Answer, ConnectionCut } from "./aws.ts";

/** The parts of the SDK's HttpRequest that reach the wire. */
export interface SdkRequest {
  protocol?: string;
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

/** Gives an SDK client's requests to `answer`: `new S3Client({ requestHandler: inProcessHandler(answer) })`. */
export function inProcessHandler(answer: Answer) {
  return {
    async handle(request: SdkRequest) {
      const { status, headers, body } = await answer({
        method: request.method,
        url: urlOf(request),
        headers: lowerCased(request.headers),
        body: await bytesOf(request.body),
        tls: request.protocol === "https:" ? {} : undefined,
      }).catch(asSocketError);
      const content = request.method === "HEAD" || body.length === 0 ? [] : [Buffer.from(body)];
      return { response: { statusCode: status, headers, body: Readable.from(content) } };
    },
  };
}

function urlOf({ path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values ?? ""].flat().map(value => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return pairs.length > 0 ? `${path}?${pairs.join("&")}` : path;
}

const lowerCased = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** What Node's HTTP client says when the other side closes the connection without an answer. */
function asSocketError(error: unknown): never {
  if (error instanceof ConnectionCut)
    throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  throw error;
}
