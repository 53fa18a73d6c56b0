/** What the function answers: the item, or an error that a person can read. */
import type { Field, Item, Problem } from "./item.ts";

export interface Answer {
  status: number;
  /** What happened, in a word, for the log. */
  outcome: string;
  body: object;
  headers?: Record<string, string>;
  /** Why it failed, for the log. */
  cause?: string;
}

/** Every error code of the function, and the status that goes with it. */
export const ERRORS = {
  invalid: 400,
  forbidden_origin: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  internal: 500,
  unavailable: 503,
};

/** A failure whose message holds nothing of the request and may be logged. */
export class Fault extends Error {}

export const success = (status: number, outcome: string, body: Item): Answer => ({ status, outcome, body });

export const refusal = (code: keyof typeof ERRORS, message: string, details: object = {}): Answer => ({
  status: ERRORS[code],
  outcome: code,
  body: { error: { code, message, ...details } },
});

/** Names every problem; and who has put the fields into a body is told where they belong. */
export function invalid(problems: Problem[], fields: readonly Field[], body: unknown): Answer {
  const query = fields.map(field => `${field}=..`).join("&");
  const hint = body ? [`The body is not read: use the query string, ?${query}.`] : [];
  const message = [...hint, ...problems.map(problem => problem.message)].join(" ");
  return refusal("invalid", message, { field: problems[0]?.field, problems });
}

export function failure(error: unknown, requestId: string): Answer {
  console.debug(error); // Lambda keeps no line below INFO; npm start shows it
  const cause = causeOf(error as TableError);
  if (!isPassing(error as TableError))
    return { ...refusal("internal", "Something went wrong on our side.", { requestId }), cause };
  const advice = "The table is busy or out of reach. Please try again: repeating a request is safe.";
  return { ...refusal("unavailable", advice), headers: { "Retry-After": "1" }, cause };
}

type TableError = Error & { code?: string; $metadata?: { httpStatusCode?: number } };

/** What may be logged of an error: its message may quote what was sent or stored. */
function causeOf(error: TableError): string {
  const { name, message = "", stack = "", $metadata } = error;
  if (error instanceof Fault) return message;
  if (name === "AccessDeniedException") return `${name}: ${/to perform: ([\w:]+)/.exec(message)?.[1]}`;
  const frames = stack.slice(stack.indexOf(message) + message.length);
  const place = $metadata ? undefined : /[\w.-]+:\d+:\d+/.exec(frames)?.[0];
  return place ? `${name} at ${place}` : name;
}

/** What DynamoDB says with status 400, and the SDK with none, although it may be over in a second. */
const PASSING =
  /^(Throttling|ProvisionedThroughput|RequestLimit|TransactionConflict|ReplicatedWriteConflict|Timeout|Abort)/;

/** Whether the same request may succeed later. Of Node's codes, ERR_* are mistakes, E* broken connections. */
function isPassing({ name, code = "", $metadata }: TableError): boolean {
  const status = $metadata?.httpStatusCode ?? 0;
  return status === 429 || status >= 500 || PASSING.test(name) || /^(E(?!RR_)|HPE_)/.test(code);
}
