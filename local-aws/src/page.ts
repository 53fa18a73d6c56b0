/** Lists in pages. */
import type { AwsError } from "./service.ts";

export interface PageRequest {
  /** Where the page before said that this one starts. */
  token?: string;
  /** How many items it may have. */
  size: number;
}

/** One page of a list. The token of the next one holds where it starts. */
export function pageOf<Item>(
  all: readonly Item[],
  { token, size }: PageRequest,
  refuse: (token: string) => AwsError,
): { items: Item[]; next?: string } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString() || Number.NaN);
  if (!Number.isInteger(start) || start < 0) throw refuse(token ?? "");
  const end = start + size;
  const next = end < all.length ? Buffer.from(String(end)).toString("base64url") : undefined;
  return { items: all.slice(start, end), next };
}
