/** What happens to each request that comes without a signature: every part that decides tells what, and why. */
import { randomUUID } from "node:crypto";
import type { WireRequest, WireResponse } from "../service.ts";
import { askedBy, readableBy } from "./browser.ts";

/** Who decides, in the order in which a request reaches them. */
export type Part =
  | "browser"
  | "s3"
  | "api"
  | "permission"
  | "lambda"
  | "iam"
  | "dynamodb"
  | "logs"
  | "answer";

/** A decision about a request. */
export interface Span {
  part: Part;
  /** What was asked for: "POST /items", "PutItem". */
  what: string;
  /** "declined" is an answer, too: a condition that does not hold, an item that is not there. */
  outcome: "passed" | "declined" | "refused" | "failed";
  /** What decided, and how. */
  why: string;
  /** When it began, in milliseconds after the request came. */
  at: number;
  ms: number;
  /** What it saw: kept in memory only, as are IDs and values in it. */
  data?: Record<string, unknown>;
}

/** What a part tells of its decision: passed, unless it says otherwise. */
export type Told = Pick<Span, "what" | "why"> & Partial<Pick<Span, "outcome" | "data">>;

export interface Trace {
  /** As X-Ray writes it: "1-5759e988-bd862e3fe1be46a994272793". */
  id: string;
  kind: "page" | "preflight" | "api";
  /** Milliseconds since the epoch. */
  time: number;
  method: string;
  /** Path and query, as sent. */
  url: string;
  /** 0 until it is answered. */
  status: number;
  ms: number;
  spans: Span[];
}

/** A request under way, to which parts tell their spans. */
export class OpenTrace implements Trace {
  readonly id: string;
  readonly time = Date.now();
  readonly method: string;
  readonly url: string;
  readonly spans: Span[] = [];
  kind: Trace["kind"];
  status = 0;
  ms = 0;
  readonly #began = performance.now();

  constructor(id: string, { method, url, headers }: WireRequest) {
    this.id = id;
    this.method = method;
    this.url = url;
    this.kind = method === "OPTIONS" && headers["access-control-request-method"] ? "preflight" : "page";
  }

  /** @param since performance.now() when the part began; without it, deciding took no time */
  tell(part: Part, { what, why, outcome = "passed", data }: Told, since = performance.now()): void {
    const now = performance.now();
    this.spans.push({ part, what, outcome, why, at: since - this.#began, ms: now - since, data });
  }

  /** It is for a REST API, not for a bucket. */
  servedByApi(): void {
    if (this.kind === "page") this.kind = "api";
  }

  /** The request is answered. What is told afterwards, a late log line, still belongs to it. */
  end(request: WireRequest, { status, headers }: WireResponse): void {
    this.status = status;
    this.ms = performance.now() - this.#began;
    this.tell("answer", { what: String(status), ...readableBy(request, status, headers), data: { headers } });
  }
}

/** A new one, as X-Ray makes them: the time and 96 bits of chance. */
const traceId = (): string =>
  `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomUUID().replaceAll("-", "").slice(8)}`;

/** What Lambda's runtime puts into _X_AMZN_TRACE_ID for each event. */
export const headerOf = (trace: OpenTrace | undefined): string => `Root=${trace?.id ?? traceId()};Sampled=0`;

/** The traces of one local AWS. */
export class Traces {
  /** So many of the latest are kept; with none, nothing is told. */
  kept = 200;
  /** The latest that were answered, oldest first. */
  readonly latest: Trace[] = [];
  readonly #known = new Map<string, OpenTrace>();

  begin(request: WireRequest): OpenTrace | undefined {
    if (this.kept === 0) return undefined;
    const trace = new OpenTrace(traceId(), request);
    trace.tell("browser", { ...askedBy(request), data: { headers: request.headers } });
    this.#known.set(trace.id, trace);
    return trace;
  }

  end(trace: OpenTrace, request: WireRequest, response: WireResponse): void {
    trace.end(request, response);
    this.latest.push(trace);
    if (this.latest.length > this.kept) this.#known.delete(this.latest.shift()!.id);
  }

  /** The request that a call was made for: the header that the SDK sends inside of Lambda names it. */
  causeOf(header: string | undefined): OpenTrace | undefined {
    return header === undefined ? undefined : this.#known.get(/Root=([\w-]+)/.exec(header)?.[1] ?? "");
  }
}
