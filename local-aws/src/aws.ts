/** The local AWS: who asks, of which service, which operation; then the answer, as the service words it. */
import { randomUUID } from "node:crypto";
import type { Refusals } from "./access/refusals.ts";
import { type Signature, signatureOf, withoutPresigning } from "./access/signature.ts";
import { isSecure } from "./hosts.ts";
import {
  type AwsError,
  type AwsRequest,
  type Call,
  type Caller,
  type Context,
  AwsError as Failure,
  isRead,
  notImplemented,
  type Service,
  type WireRequest,
  type WireResponse,
} from "./service.ts";
import type { Part, Told } from "./trace/trace.ts";
import type { World } from "./world.ts";

/** Answers what needs no signature (execute-api, the website, public objects), or undefined if it is not that. */
export type Public = (request: WireRequest) => Promise<WireResponse | undefined>;

/**
 * A place between a call and its service: counting, weather.
 * @param run gives the call to its service; in another world, if one is given
 */
export type Around = (
  call: Call & { service: string; region: string; by: Caller["kind"] },
  run: (world?: World) => Promise<WireResponse>,
) => Promise<WireResponse>;

export interface AwsParts {
  world: World;
  services: readonly Service[];
  publics: readonly Public[];
  /** Finds who signed a request, and refuses a wrong signature. */
  verify: (world: World, request: WireRequest, signature: Signature, refusals: Refusals) => Promise<Caller>;
  /** Refuses what the caller's policies do not allow. */
  authorize: (service: Service, call: Call, context: Context, request: AwsRequest) => void;
  around?: Around;
}

/** Answers one request as AWS would. Never throws: what goes wrong becomes an error document. */
export type Answer = (request: WireRequest) => Promise<WireResponse>;

/** Puts services together to one AWS. */
export function createAnswer({
  world,
  services,
  publics,
  verify,
  authorize,
  around = (_call, run) => run(),
}: AwsParts): Answer {
  const byName = new Map(services.map(service => [service.name, service]));

  async function answerPublic(wire: WireRequest): Promise<WireResponse> {
    const trace = world.traces.begin(wire);
    const response = await servePublic({ ...wire, trace });
    if (trace) {
      world.traces.end(trace, wire, response);
      world.emit("trace", trace);
    }
    return response;
  }

  async function servePublic(request: WireRequest): Promise<WireResponse> {
    for (const serve of publics) {
      const response = await serve(request);
      if (response) return response;
    }
    return request.bodyTooLarge
      ? plain(413, "The request is too large.")
      : plain(403, "Missing Authentication Token");
  }

  async function answerSigned(wire: WireRequest, signature: Signature): Promise<WireResponse> {
    const { region, service: name, presigned } = signature;
    const service = byName.get(name);
    if (!service) return plain(501, `The local AWS does not implement the service ${name}.`);
    const started = performance.now();
    const requestId = randomUUID();
    const trace = world.traces.causeOf(wire.headers["x-amzn-trace-id"]);
    let caller: Caller = { kind: "anonymous" };
    let operation = "?";
    let response: WireResponse;
    try {
      if (wire.bodyTooLarge) throw service.refusals.tooLarge();
      caller = await verify(world, wire, signature, service.refusals);
      const sent = presigned ? withoutPresigning(wire) : wire;
      const request = { ...sent, ...splitUrl(sent.url), region, requestId, caller, trace };
      const call = service.protocol.parse(request);
      operation = call.operation;
      response = await around({ ...call, service: name, region, by: caller.kind }, (elsewhere = world) =>
        run(service, call, request, elsewhere),
      );
    } catch (error) {
      trace?.tell(partOf(name), lost(operation, error as Error), started);
      if (error instanceof ConnectionCut) throw error;
      response = service.protocol.fail(asAwsError(error), requestId);
    }
    if (!isRead(operation) && response.status < 300) {
      world.emit("change");
      // What a function does all the time, its items and log lines, is not worth a file each.
      if (caller.kind === "account") await world.persist();
    }
    world.emit("call", {
      service: name,
      operation,
      status: response.status,
      ms: performance.now() - started,
      by: caller.kind,
    });
    return response;
  }

  async function run(service: Service, call: Call, request: AwsRequest, world: World): Promise<WireResponse> {
    const { region, caller, requestId, trace } = request;
    const context = { world, region, caller, requestId, secure: isSecure(request), trace };
    try {
      const operation =
        Object.hasOwn(service.operations, call.operation) && service.operations[call.operation];
      if (!operation) throw notImplemented(`${service.name}:${call.operation}`);
      authorize(service, call, context, request);
      refuseUnknown(service.name, call, operation.params);
      refuseIncomplete(service, call);
      const output = await operation.run(call.input, context);
      return service.protocol.answer(call, output, requestId);
    } catch (error) {
      return service.protocol.fail(asAwsError(error), requestId);
    }
  }

  return request => {
    const signature = signatureOf(request);
    return signature ? answerSigned(request, signature) : answerPublic(request);
  };
}

/** Thrown by weather: the connection breaks instead of an answer. */
export class ConnectionCut extends Error {
  override name = "ConnectionCut";
}

const partOf = (service: string): Part => (service === "logs" ? "logs" : "dynamodb");

/** A call that never reached its service. */
const lost = (what: string, { name, message, ...error }: Error & { code?: string }): Told => ({
  what,
  outcome: "failed",
  why:
    name === "ConnectionCut"
      ? "The connection broke before an answer came."
      : `${error.code ?? name}: ${message}`,
});

function refuseUnknown(
  service: string,
  { operation, input, noticed }: Call,
  params: readonly string[],
): void {
  const unknown =
    noticed?.unknown[0] ??
    Object.keys(input).find(name => input[name] !== undefined && !params.includes(name));
  if (unknown) throw notImplemented(`the parameter ${unknown} of ${service}:${operation}`);
}

function refuseIncomplete({ protocol }: Service, { operation, noticed }: Call): void {
  if (noticed && noticed.missing.length > 0 && protocol.missing)
    throw protocol.missing(noticed.missing, operation);
}

function splitUrl(url: string) {
  const [path = "/", query = ""] = url.split(/\?(.*)/s);
  return { path, query: new URLSearchParams(query) };
}

const plain = (status: number, message: string): WireResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ message }),
});

function asAwsError(error: unknown): AwsError {
  if (error instanceof Failure) return error;
  console.error(error);
  return new Failure(
    "InternalFailure",
    500,
    `The local AWS failed: ${error instanceof Error ? error.message : error}`,
  );
}
