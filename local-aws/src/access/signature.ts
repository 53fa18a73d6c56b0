/**
 * What a request says of its signature: Signature Version 4, in the Authorization header or, for a presigned URL, in
 * the query. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
import type { WireRequest } from "../service.ts";

export interface Signature {
  presigned: boolean;
  keyId: string;
  /** The scope of the credential: "20261124", "eu-west-1", "iam", "aws4_request". */
  date: string;
  region: string;
  service: string;
  terminator: string;
  signedHeaders: string[];
  /** In hexadecimal digits. */
  value: string;
  /** When it was signed: "20261124T123600Z". */
  time: string;
  token?: string;
  /** For how many seconds a presigned URL is good. */
  expires?: string;
  /** The names of what it lacks. */
  missing: string[];
}

/** The signature of a request; undefined for one that nobody signed. */
export function signatureOf({ headers, url }: WireRequest): Signature | undefined {
  const { authorization } = headers;
  if (authorization?.startsWith("AWS4-HMAC-SHA256")) return inHeaders(authorization, headers);
  return url.includes("X-Amz-Credential=") ? inQuery(url) : undefined;
}

const IN_HEADER = {
  Credential: /[\s,]Credential=([^\s,]+)/,
  Signature: /[\s,]Signature=([^\s,]+)/,
  SignedHeaders: /[\s,]SignedHeaders=([^\s,]+)/,
};

function inHeaders(authorization: string, headers: WireRequest["headers"]): Signature | undefined {
  const [credential, value, names] = Object.values(IN_HEADER).map(part => part.exec(authorization)?.[1]);
  const scope = scopeIn(credential);
  const time = headers["x-amz-date"] ?? headers.date;
  return (
    scope && {
      presigned: false,
      keyId: scope[0],
      date: scope[1],
      region: scope[2],
      service: scope[3],
      terminator: scope[4],
      signedHeaders: listOf(names),
      value: value ?? "",
      time: time ?? "",
      token: headers["x-amz-security-token"],
      missing: value && names && time ? NOTHING : missingIn({ value, names, time }),
    }
  );
}

const NOTHING: string[] = [];

function missingIn({ value, names, time }: Record<"value" | "names" | "time", string | undefined>): string[] {
  const missing = { "'Signature' parameter": value, "'SignedHeaders' parameter": names };
  const date = { "existence of either a 'X-Amz-Date' or a 'Date' header": time };
  return Object.entries({ ...missing, ...date })
    .filter(([, given]) => !given)
    .map(([what]) => what);
}

const IN_QUERY = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Signature",
  "X-Amz-Date",
  "X-Amz-SignedHeaders",
  "X-Amz-Expires",
];

function inQuery(url: string): Signature | undefined {
  const query = new URLSearchParams(url.slice(url.indexOf("?")));
  const scope = scopeIn(query.get("X-Amz-Credential"));
  return (
    scope && {
      presigned: true,
      keyId: scope[0],
      date: scope[1],
      region: scope[2],
      service: scope[3],
      terminator: scope[4],
      signedHeaders: listOf(query.get("X-Amz-SignedHeaders")),
      value: query.get("X-Amz-Signature") ?? "",
      time: query.get("X-Amz-Date") ?? "",
      token: query.get("X-Amz-Security-Token") ?? undefined,
      expires: query.get("X-Amz-Expires") ?? undefined,
      missing: IN_QUERY.filter(name => !query.get(name)),
    }
  );
}

const listOf = (names: string | null | undefined): string[] => names?.toLowerCase().split(";") ?? [];

/** Undefined when the credential does not have its five parts: not even the service is known then. */
function scopeIn(credential: string | null | undefined) {
  const parts = credential?.split("/");
  return parts?.length === 5 ? (parts as [string, string, string, string, string]) : undefined;
}

/**
 * A presigned request as its client would have sent it with headers: the parameters of the signature are gone, and
 * the other "X-Amz-" parameters are headers.
 */
export function withoutPresigning(request: WireRequest): WireRequest {
  const [path = "/", query = ""] = request.url.split(/\?(.*)/s);
  const pairs = query.split("&").map(pair => [pair, decodeURIComponent(pair.split("=")[0] ?? "")] as const);
  const kept = pairs.filter(([, name]) => !/^x-amz-/i.test(name)).map(([pair]) => pair);
  const hoisted = pairs
    .filter(([, name]) => /^x-amz-/i.test(name) && !IN_QUERY.includes(name))
    .map(([pair, name]) => [name.toLowerCase(), decodeURIComponent(pair.split(/=(.*)/s)[1] ?? "")]);
  return {
    ...request,
    url: kept.length > 0 ? `${path}?${kept.join("&")}` : path,
    headers: { ...Object.fromEntries(hoisted), ...request.headers },
  };
}
