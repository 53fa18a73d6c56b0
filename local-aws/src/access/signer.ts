/** Signs requests that no client of the SDK makes: those by hand, and those that a proxy sends on under another host. */
import { SignatureV4 } from "@smithy/signature-v4";
import type { WireRequest } from "../service.ts";
import { parametersOf, Sha256 } from "./canonical.ts";

export interface SignedFor {
  service: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** When it is signed; now without it. */
  signingDate?: Date;
}

/** The request with its signature, as the SDK signs it: all headers but those that proxies change. */
export async function signed(
  request: WireRequest,
  { service, region, signingDate, ...credentials }: SignedFor,
) {
  const uriEscapePath = service !== "s3";
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, uriEscapePath });
  const { method, headers, body } = request;
  const [path = "/", query = ""] = request.url.split(/\?(.*)/s);
  const parts = { method, protocol: "http:", hostname: "", path, query: parametersOf(query), headers, body };
  const { headers: withSignature } = await signer.sign(parts, { signingDate });
  return { ...request, headers: withSignature };
}
