/** What a service of the local AWS is made of: a wire protocol and a table of operations. */
import type { Demand, Permissions } from "./access/demands.ts";
import type { Refusals } from "./access/refusals.ts";
import type { OpenTrace } from "./trace/trace.ts";
import type { Noticed } from "./wire/reading.ts";
import type { Api } from "./wire/shape.ts";
import type { World } from "./world.ts";

/** Who signed a request: the account's own key, a function's role, or nobody. */
export type Caller =
  | { kind: "account" }
  | { kind: "role"; roleName: string; sessionName: string }
  | { kind: "anonymous" };

/** A request as it came over the wire. Header names are in lower case. */
export interface WireRequest {
  method: string;
  /** Path and query, percent-encoded as sent. */
  url: string;
  headers: Record<string, string>;
  /** How large the request line and the headers were on the wire. */
  headBytes?: number;
  body: Buffer;
  /** Whether there was more than is read of any body; it is empty here then. */
  bodyTooLarge?: boolean;
  /** How it came over TLS; absent for plain HTTP. The socket tells, never a header. */
  tls?: Tls;
  /** Who is told what is decided about it. */
  trace?: OpenTrace;
}

export interface Tls {
  /** The name that the client asked for before it said anything else (SNI). */
  serverName?: string;
}

/** A request whose sender is known. */
export interface AwsRequest extends WireRequest {
  /** The path without the query, percent-encoded as sent. */
  path: string;
  query: URLSearchParams;
  region: string;
  caller: Caller;
  requestId: string;
}

/** The answer as it goes over the wire. */
export interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** An input whose operation is not known yet; the operations themselves are typed by the SDK's commands. */
export type Input = Record<string, unknown>;

/** What an operation may touch. */
export interface Context {
  world: World;
  region: string;
  caller: Caller;
  requestId: string;
  /** Whether the request counts as one over TLS. */
  secure: boolean;
  /** Of the request that caused the call. */
  trace?: OpenTrace;
}

export interface Operation {
  /** The parameters that are understood; any other is refused by name. */
  params: readonly string[];
  /** Returns the operation's output as the protocol serialises it. */
  run(input: Input, context: Context): unknown;
  /** What must be allowed besides the operation itself. Its input is not complete yet. */
  demands?(input: Input, resource: string): Demand[];
}

/** A call: the operation that a request asks for and its input. */
export interface Call {
  operation: string;
  input: Input;
  /** What the schema found: it is told to those who may make the call. */
  noticed?: Noticed;
}

export interface Protocol {
  parse(request: AwsRequest): Call;
  answer(call: Call, output: unknown, requestId: string): WireResponse;
  /** The error about members that must be there. */
  missing?(members: readonly string[], operation: string): AwsError;
  fail(error: AwsError, requestId: string): WireResponse;
}

export interface Service {
  /** The name that requests are signed for: "iam", "s3", "apigateway", ... */
  name: string;
  protocol: Protocol;
  /** All operations that AWS has. */
  api?: Api;
  /** Those that are carried out. */
  operations: Record<string, Operation>;
  /** What its calls must be allowed; "none", where they are anybody's. */
  permissions: Permissions | "none";
  refusals: Refusals;
  /** Milliseconds between two calls of an operation, for the whole account and fixed. */
  quotas?: Record<string, number>;
}

/** Further members of an error document, and further headers (Retry-After). */
interface Extra {
  members?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** An error as AWS would answer it. */
export class AwsError extends Error {
  override name = "AwsError";
  readonly code: string;
  readonly status: number;
  readonly extra: Extra;

  constructor(code: string, status: number, message: string, extra: Extra = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.extra = extra;
  }
}

/** The refusal of what AWS has and the local AWS has not. */
export const notImplemented = (what: string) =>
  new AwsError("NotImplemented", 501, `The local AWS does not implement ${what}.`);

const READS = /^(Get|List|Describe|Head|Scan|Query|BatchGet|Simulate)/;

/** Whether an operation only reads, by the verbs that AWS names its operations with. */
export const isRead = (operation: string): boolean => READS.test(operation);
