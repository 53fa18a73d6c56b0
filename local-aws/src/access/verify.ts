/** Who signed a request: its signature is made again with the secret of the key that it names. */
import type { Caller, WireRequest } from "../service.ts";
import type { World } from "../world.ts";
import { keyNamed } from "./authorize.ts";
import { canonicalOf, sha256, sign } from "./canonical.ts";
import { checkChunks } from "./chunks.ts";
import type { Refusals } from "./refusals.ts";
import { checkForm } from "./s3-refusals.ts";
import { wrongParts } from "./scope.ts";
import type { Signature } from "./signature.ts";
import { signingKey } from "./signing-key.ts";

/** Finds who signed a request, and refuses as AWS does what is not signed as it must be. */
export async function verify(
  world: World,
  request: WireRequest,
  signature: Signature,
  refusals: Refusals,
): Promise<Caller> {
  const { headers } = request;
  if (signature.missing.length > 0) throw refusals.incomplete(signature);
  checkTime(signature, refusals);
  const wrong = wrongParts(request, signature);
  if (wrong.length > 0) throw refusals.outOfScope(wrong, signature);
  const unsigned = unsignedHeaders(headers, signature);
  if (unsigned.length > 0) throw refusals.unsigned(unsigned);
  const key = keyNamed(world, signature.keyId);
  if (!key) throw refusals.unknownKey(signature);
  const signing = await signingKey(key.secret, signature);
  const canonical = canonicalOf(request, signature, payloadHashOf(request, signature));
  if (sign(signing, canonical.stringToSign) !== signature.value)
    throw refusals.mismatch(signature, canonical);
  if (signature.token !== key.token) throw refusals.wrongToken(signature);
  if (!checkChunks(request, signature, signing)) throw refusals.mismatch(signature, canonical);
  return key.caller;
}

const TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const MAX_SKEW_MS = 15 * 60_000;

function checkTime(signature: Signature, refusals: Refusals): void {
  const { time, presigned, expires } = signature;
  const [, year, month, ...rest] = TIME.exec(time)?.map(Number) ?? [];
  if (year === undefined) throw refusals.unreadableTime(signature);
  const signedAt = Date.UTC(year, month! - 1, ...rest);
  const age = Date.now() - signedAt;
  const maxAge = presigned ? Number(expires) * 1000 : MAX_SKEW_MS;
  if (age < -MAX_SKEW_MS || age > maxAge) throw refusals.skewed(signature, signedAt);
}

/**
 * The headers that must be signed and are not. All services demand the host; S3 all of AWS's own headers too, while
 * others take, for example, a security token that was added after signing (AWS's vector "post-sts-header-after").
 */
function unsignedHeaders(headers: WireRequest["headers"], { service, signedHeaders }: Signature): string[] {
  const needed = service === "s3" ? Object.keys(headers).filter(name => name.startsWith("x-amz-")) : [];
  return ["host", ...needed].filter(name => !signedHeaders.includes(name));
}

/** S3 takes the digest that the sender declares, and compares it with the content when it reads that. */
function payloadHashOf({ headers, body, url }: WireRequest, signature: Signature): string {
  if (signature.service !== "s3") return sha256(body);
  const inQuery = () => /[?&]X-Amz-Content-Sha256=([^&]*)/i.exec(url)?.[1];
  const declared = headers["x-amz-content-sha256"] ?? (signature.presigned ? inQuery() : undefined);
  checkForm(signature, declared);
  return declared ?? "UNSIGNED-PAYLOAD";
}
