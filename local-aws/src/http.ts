/** The socket of the local AWS: on this machine only, and only for those who call it by its own name. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Answer, ConnectionCut } from "./aws.ts";
import { endsSoon, readBody } from "./body.ts";
import type { Certificate } from "./certificate.ts";
import { bucketIn, isThisMachine, websiteIn } from "./hosts.ts";
import type { Tls, WireResponse } from "./service.ts";

export interface Listening {
  port: number;
  /** Lets the requests under way end, for two seconds at most. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const CLOSE_MS = 2_000;

/** Above API Gateway's limit of 10,240 bytes for the request line and headers: it has its own answer beyond that. */
const MAX_HEADER_BYTES = 32 * 1024;

/** Longer than clients keep an idle connection, so that none sends into one that is just being closed. */
const KEEP_ALIVE_MS = 120_000;

export interface ListenOptions {
  /** Speaks HTTPS with it. */
  tls?: Certificate;
  /** Whether a Host header is one to answer to. */
  serves?: (host: string, port: number) => boolean;
}

/** Answers HTTP requests on a port of 127.0.0.1; 0 takes any that is free. */
export async function listen(
  answer: Answer,
  wantedPort: number,
  { tls, serves = isOurs }: ListenOptions = {},
): Promise<Listening> {
  const settings = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS };
  const server = tls ? createTlsServer({ ...settings, ...tls }) : createServer(settings);
  server.maxHeadersCount = 0; // none is dropped unseen: their size is limited
  const port = await bind(server, wantedPort);
  const isServed = ({ headers: { host = "" } }: IncomingMessage) => serves(host.toLowerCase(), port);
  server.on("request", (request, response) => {
    respond(answer, isServed, request, response)
      .then(wire => send(server, response, wire))
      .catch(error => abandon(request, error));
  });
  return { port, close: () => close(server) };
}

function bind(server: Server, wantedPort: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(wantedPort, error)));
    server.listen(wantedPort, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

function portError(port: number, error: NodeJS.ErrnoException): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: "the port is taken: another program uses it, perhaps another npm start",
    EACCES: "this port is reserved for the system",
  };
  const reason = reasons[error.code ?? ""] ?? error.message;
  const remedy = error.code === "EADDRINUSE" ? "Stop that program or use --port N." : "Use --port N.";
  return new Error(`Cannot listen on ${HOST}:${port} because ${reason}. ${remedy}`, { cause: error });
}

async function respond(
  answer: Answer,
  isServed: (request: IncomingMessage) => boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<WireResponse> {
  const head = headOf(request);
  if (head.hosts !== 1 || !HOST_AND_PORT.test(request.headers.host ?? "")) return refusal(400, "Bad Request");
  if (!isServed(request)) return refusal(403, `This host is not served: ${request.headers.host}`);
  const body = await readBody(request);
  if (!body && !endsSoon(request)) response.shouldKeepAlive = false;
  const { method = "GET", url = "/" } = request;
  const headers = request.headers as Record<string, string>;
  const tls = tlsOf(request.socket as TLSSocket);
  return answer({
    method,
    url,
    headers,
    headBytes: head.bytes,
    body: body ?? Buffer.alloc(0),
    bodyTooLarge: !body,
    tls,
  });
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-3.2: one host, with a port at most; all else is a bad request. */
const HOST_AND_PORT = /^[^:\s]+(:\d{1,5})?$/;

/** How large the request line and the headers were, and how many of these said a host: Node keeps the first alone. */
function headOf({ method = "", url = "", rawHeaders }: IncomingMessage): { bytes: number; hosts: number } {
  let bytes = method.length + url.length + "  HTTP/1.1\r\n".length;
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    bytes += name.length + rawHeaders[at + 1]!.length + ": \r\n".length;
    if (name.length === 4 && name.toLowerCase() === "host") hosts++;
  }
  return { bytes, hosts };
}

const tlsOf = ({ encrypted, servername }: TLSSocket): Tls | undefined =>
  encrypted ? { serverName: servername || undefined } : undefined;

/**
 * A web page that resolves its own name to 127.0.0.1 (DNS rebinding) would reach us from the reader's browser:
 * only our own names are answered.
 */
function isOurs(host: string, port: number): boolean {
  const [name = "", hostPort = 80] = host.split(":");
  return (isThisMachine(name) || isBucketHere(name)) && Number(hostPort) === port;
}

const isBucketHere = (host: string): boolean =>
  /^[a-z0-9.-]+\.localhost$/.test(host) &&
  Boolean(bucketIn({ headers: { host } }) ?? websiteIn({ headers: { host } }));

/** Node adds the length of the body to headers that it has not written yet, and then sends all in one piece. */
function send(server: Server, response: ServerResponse, { status, headers, body }: WireResponse): void {
  if (!server.listening) response.shouldKeepAlive = false;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

const refusal = (status: number, message: string): WireResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ message }),
});

/** The connection ends without an answer: the weather cut it, or the client went away. */
function abandon(request: IncomingMessage, error: unknown): void {
  if (!(error instanceof ConnectionCut) && !request.destroyed) console.error(error);
  request.socket.destroy();
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeIdleConnections();
  const impatience = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearTimeout(impatience);
}
