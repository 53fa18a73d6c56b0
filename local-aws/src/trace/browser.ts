/**
 * What a browser decides about a request to another origin: whether it asks leave first, and whether the page may
 * read the answer. https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import type { WireRequest } from "../service.ts";
import type { Told } from "./trace.ts";

type Headers = Record<string, string | undefined>;

const SIMPLE_METHODS = ["GET", "HEAD", "POST"];
const SIMPLE_TYPES = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)/i;

/** Which kind of request it is, and what made it so. */
export function askedBy({ method, headers }: WireRequest): Told {
  const { origin, "access-control-request-method": wanted, "content-type": type } = headers as Headers;
  if (origin === undefined)
    return {
      what: "no CORS",
      why: "It has no Origin: no page asks across origins, so that CORS has no say.",
    };
  if (method === "OPTIONS" && wanted) return { what: "preflight", why: preflightFor(wanted, headers) };
  if (!SIMPLE_METHODS.includes(method))
    return {
      what: "after a preflight",
      why: `${method} is no simple method: a preflight came first, or an answer to one was in the browser's cache, which makes no request.`,
    };
  if (type && !SIMPLE_TYPES.test(type))
    return { what: "after a preflight", why: `Content-Type ${type} is not simple: a preflight came first.` };
  return { what: "simple request", why: `${method} without a header of its own goes without asking first.` };
}

function preflightFor(method: string, headers: Headers): string {
  const named = headers["access-control-request-headers"];
  const because = SIMPLE_METHODS.includes(method) ? "" : `${method} is no simple method`;
  return [because, named && `the headers ${named} are not simple`].filter(Boolean).join(", and ") || method;
}

/** Whether the page that asked may read the answer, and which header decides. */
export function readableBy(
  { method, headers }: WireRequest,
  status: number,
  answer: Headers,
): Pick<Told, "why" | "outcome"> {
  const { origin, "access-control-request-method": wanted } = headers as Headers;
  if (origin === undefined) return { why: "CORS has no say: whoever asked reads it." };
  const allowed = answer["access-control-allow-origin"];
  if (allowed !== "*" && allowed !== origin) return { outcome: "refused", why: notAllowed(origin, allowed) };
  const missing = method === "OPTIONS" && wanted ? missingLeave(wanted, headers, status, answer) : undefined;
  if (missing) return { outcome: "refused", why: missing };
  return { why: `Access-Control-Allow-Origin: ${allowed} lets the page of ${origin} read it.` };
}

const notAllowed = (origin: string, allowed: string | undefined): string =>
  allowed === undefined
    ? `The browser keeps it from the page: Access-Control-Allow-Origin is missing.`
    : `The browser keeps it from the page of ${origin}: Access-Control-Allow-Origin is ${allowed}.`;

/** What a preflight's answer lacks for the request that is to follow. */
function missingLeave(method: string, asked: Headers, status: number, answer: Headers): string | undefined {
  const listed = (name: string) => (answer[name] ?? "").toLowerCase().split(/\s*,\s*/);
  if (status < 200 || status > 299)
    return `The browser sends nothing further: a preflight wants 2xx, not ${status}.`;
  const methods = listed("access-control-allow-methods");
  if (!SIMPLE_METHODS.includes(method) && !methods.includes(method.toLowerCase()) && !methods.includes("*"))
    return `The browser does not send ${method}: Access-Control-Allow-Methods lacks it.`;
  const headers = listed("access-control-allow-headers");
  const lacking = (asked["access-control-request-headers"]?.split(/\s*,\s*/) ?? []).find(
    name => !headers.includes(name.toLowerCase()) && !headers.includes("*"),
  );
  return lacking && `The browser sends nothing further: Access-Control-Allow-Headers lacks ${lacking}.`;
}
