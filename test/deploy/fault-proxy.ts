/**
 * Stands between the SDK and any AWS-compatible endpoint, and does to signed calls what AWS does on a bad day. The
 * faults follow from the seed; which call meets which depends on the order in which the calls arrive.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { signed } from "local-aws";
import { randomFrom } from "../shared/random.ts";

export interface FaultProxy {
  endpoint: string;
  /** How often each fault has struck since the last storm began. */
  faults: Record<string, number>;
  /** From now on, so many of all signed calls meet a fault: 0 to 1. */
  storm(seed: number, rate: number): void;
  calm(): void;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer | string;
}

/** Before the call reaches the endpoint, or after it has had its effect there. */
interface Fault {
  kind: "throttled" | "500" | "cut";
  after: boolean;
}

const FAULTS: Fault[] = [
  { kind: "throttled", after: false },
  { kind: "500", after: false },
  { kind: "500", after: true },
  { kind: "cut", after: false },
  { kind: "cut", after: true },
];

/** Each service's own way to say "too many requests". */
const THROTTLED: Record<string, (message: string) => Answer> = {
  apigateway: message => restJson(429, "TooManyRequestsException", message),
  dynamodb: message => awsJson(400, "ThrottlingException", message),
  iam: message => xml(400, "Throttling", message),
  lambda: message => restJson(429, "TooManyRequestsException", message),
  logs: message => awsJson(400, "ThrottlingException", message),
  s3: message => xml(503, "SlowDown", message, ""),
  sts: message => xml(400, "Throttling", message),
};

/**
 * Listens on a free port of this machine, and hands requests on to the endpoint.
 * @param spared calls ("PUT /path") whose answers are never lost: their faults all come before the effect
 */
export async function startFaultProxy(target: string, spared: RegExp[] = []): Promise<FaultProxy> {
  let chance: () => Fault | undefined = () => undefined;

  async function answer(incoming: IncomingMessage): Promise<Answer | "cut"> {
    const service = serviceOf(incoming);
    const fault = service ? chance() : undefined;
    const call = `${incoming.method} ${incoming.url}`;
    const early = fault && (!fault.after || spared.some(pattern => pattern.test(call)));
    const answered = early ? undefined : await forward(target, incoming);
    if (service === undefined || fault === undefined) return answered!;
    if (fault.kind === "cut") return "cut";
    return fault.kind === "throttled" ? THROTTLED[service]!("Rate exceeded") : failure(service);
  }

  function storm(seed: number, rate: number) {
    const random = randomFrom(seed);
    proxy.faults = {};
    chance = () => {
      if (random() >= rate) return undefined;
      const fault = FAULTS[Math.floor(random() * FAULTS.length)]!;
      const name = `${fault.kind} ${fault.after ? "after" : "before"}`;
      proxy.faults[name] = (proxy.faults[name] ?? 0) + 1;
      return fault;
    };
  }

  function calm() {
    chance = () => undefined;
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming)
      .catch((): "cut" => "cut")
      .then(result => {
        if (result === "cut") incoming.socket.destroy();
        else outgoing.writeHead(result.status, result.headers).end(result.body);
      });
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.close();
    server.closeAllConnections();
  };
  const proxy: FaultProxy = { endpoint, faults: {}, storm, calm, close };
  return proxy;
}

/** Where and whom a request is signed for; undefined for what needs no signature. */
const scopeOf = ({ headers }: IncomingMessage) =>
  /Credential=[^/]+\/\d{8}\/(?<region>[^/]+)\/(?<service>\w+)\/aws4_request/.exec(headers.authorization ?? "")
    ?.groups as { region: string; service: string } | undefined;

const serviceOf = (incoming: IncomingMessage) => scopeOf(incoming)?.service;

/** Headers of one connection: the next has its own. */
const hopByHop = ["connection", "expect", "keep-alive", "transfer-encoding"];

const endToEnd = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));

async function forward(target: string, incoming: IncomingMessage): Promise<Answer> {
  const { method = "GET", url = "/" } = incoming;
  const body = await buffer(incoming);
  const headers = await headersFor(target, incoming, body);
  return new Promise((resolve, reject) => {
    const outgoing = request(`${target}${url}`, { method, headers, agent: false });
    outgoing.once("error", reject);
    outgoing.once("response", async response => {
      const { statusCode: status = 0, headers } = response;
      resolve({ status, headers: endToEnd(headers), body: await buffer(response) });
    });
    outgoing.end(body);
  });
}

/** The host is signed: what goes to another must be signed again, with the key that all clients here have. */
async function headersFor(target: string, incoming: IncomingMessage, body: Buffer) {
  const { authorization, ...sent } = endToEnd(incoming.headers) as Record<string, string>;
  const headers = { ...sent, host: new URL(target).host, "content-length": String(body.length) };
  const scope = scopeOf(incoming);
  if (!scope) return headers;
  const { method = "GET", url = "/" } = incoming;
  const accessKeyId = process.env.AWS_ACCESS_KEY_ID!;
  const secretAccessKey = process.env.AWS_SECRET_ACCESS_KEY!;
  const again = await signed({ method, url, headers, body }, { ...scope, accessKeyId, secretAccessKey });
  return again.headers;
}

function failure(service: string): Answer {
  const message = "We encountered an internal error. Please try again.";
  if (service === "dynamodb" || service === "logs") return awsJson(500, "InternalServerError", message);
  if (service === "apigateway" || service === "lambda") return restJson(500, "ServiceException", message);
  return xml(500, "InternalError", message, service === "s3" ? "" : undefined);
}

const awsJson = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: JSON.stringify({ __type: code, message }),
});

const restJson = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json", "x-amzn-errortype": code },
  body: JSON.stringify({ message }),
});

/** S3 answers the error itself, IAM and STS with an envelope. */
const xml = (status: number, code: string, message: string, envelope = "ErrorResponse"): Answer => {
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const body = envelope ? `<${envelope}>${error}</${envelope}>` : error;
  return { status, headers: { "content-type": "text/xml" }, body };
};
