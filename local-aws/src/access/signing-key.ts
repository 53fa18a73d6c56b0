/** The keys that sign in one scope: each is four hashes away from its secret, so it is kept for the next request. */
import { getSigningKey } from "@smithy/signature-v4";
import { Sha256, scopeOf } from "./canonical.ts";
import type { Signature } from "./signature.ts";

const KEPT = 100;
const known = new Map<string, Uint8Array>();

/** The key that a secret signs with on one day, in one region, for one service. */
export async function signingKey(secretAccessKey: string, signature: Signature): Promise<Uint8Array> {
  const { keyId: accessKeyId, date, region, service } = signature;
  const name = `${scopeOf(signature)} ${secretAccessKey}`;
  const kept = known.get(name);
  if (kept) return kept;
  const key = await getSigningKey(Sha256, { accessKeyId, secretAccessKey }, date, region, service);
  if (known.size >= KEPT) known.clear();
  known.set(name, key);
  return key;
}
