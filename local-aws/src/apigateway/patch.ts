/** Patch operations, the way in which API Gateway changes what there is. */

import type { Input } from "../service.ts";
import { badRequest } from "./state.ts";

export interface Patch {
  op: string;
  path: string;
  value?: string;
}

/** Applies one operation and says true, or says false to a path that it does not know. */
export type Apply = (patch: Patch) => boolean;

/**
 * Applies the patch operations of a call, in order.
 * https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
 */
export function applyPatches({ patchOperations = [] }: Input, apply: Apply): void {
  for (const { op, path, value, ...others } of patchOperations as Patch[]) {
    if (Object.keys(others).length > 0 || !["add", "remove", "replace"].includes(op))
      throw badRequest("Invalid patch operation specified. Must be one of: [add, remove, replace]");
    if (!apply({ op, path, value })) throw badRequest(`Invalid patch path ${path}`);
  }
}

/** Allows only replacing. */
export function requireReplace({ op }: Patch): void {
  if (op !== "replace") throw badRequest("Invalid patch operation specified. Must be one of: [replace]");
}

/** A segment of a patch path: "~1" is a slash. */
export const unescaped = (segment: string): string => segment.replaceAll("~1", "/").replaceAll("~0", "~");
