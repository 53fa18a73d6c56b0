/** What a signature is made over, and the signature itself: as the SDK, which the clients sign with, has it. */
import { createHash, createHmac, type Hash, type Hmac, hash } from "node:crypto";
import { getCanonicalHeaders, SignatureV4Base } from "@smithy/signature-v4";
import type { WireRequest } from "../service.ts";
import type { Signature } from "./signature.ts";

/** SHA-256 for the SDK, by Node's own library. */
export class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Buffer);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {
    throw new Error("A hash of Node's cannot be used again.");
  }
}

export interface Canonical {
  request: string;
  stringToSign: string;
}

class Canonicalizer extends SignatureV4Base {
  constructor(uriEscapePath: boolean) {
    const credentials = { accessKeyId: "", secretAccessKey: "" };
    super({ service: "", region: "", credentials, sha256: Sha256, uriEscapePath });
  }

  canonical(wire: WireRequest, signature: Signature, payloadHash: string): Canonical {
    const { signedHeaders, time } = signature;
    const [path = "/", query = ""] = wire.url.split(/\?(.*)/s);
    const headers = Object.fromEntries(signedHeaders.map(name => [name, utf8(wire.headers[name])]));
    const parts = {
      method: wire.method,
      protocol: "",
      hostname: "",
      path,
      query: parametersOf(query),
      headers,
    };
    const canonicalHeaders = getCanonicalHeaders(parts, undefined, new Set(signedHeaders));
    const request = this.createCanonicalRequest(parts, canonicalHeaders, payloadHash);
    return { request, stringToSign: `AWS4-HMAC-SHA256\n${time}\n${scopeOf(signature)}\n${sha256(request)}` };
  }
}

/** S3 takes a key as it is, dots and slashes included; every other service normalises and escapes the path again. */
const forS3 = new Canonicalizer(false);
const forOthers = new Canonicalizer(true);

/** What was signed, by the request as it came. */
export const canonicalOf = (wire: WireRequest, signature: Signature, payloadHash: string): Canonical =>
  (signature.service === "s3" ? forS3 : forOthers).canonical(wire, signature, payloadHash);

/** What a signature is good for, as it is signed with it. */
export const scopeOf = ({ date, region, service, terminator }: Signature): string =>
  `${date}/${region}/${service}/${terminator}`;

/** A header comes in Latin-1 from the socket, while its sender signed UTF-8. */
const utf8 = (value = ""): string =>
  /^[\0-\x7f]*$/.test(value) ? value : Buffer.from(value, "latin1").toString();

/** A parameter that is given more than once is a list, as the SDK has it. */
export function parametersOf(query: string): Record<string, string | string[]> {
  const parameters: Record<string, string | string[]> = Object.create(null);
  if (query === "") return parameters;
  for (const [name, value] of new URLSearchParams(query)) {
    const earlier = parameters[name];
    parameters[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return parameters;
}

/** The signature of a text by a key that is made for a scope. */
export const sign = (key: Uint8Array, text: string): string =>
  createHmac("sha256", key).update(text).digest("hex");

/** The digest of content, in hexadecimal digits. */
export const sha256 = (content: string | Uint8Array): string => hash("sha256", content, "hex");
