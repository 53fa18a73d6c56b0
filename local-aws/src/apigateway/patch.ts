/** Patch operations, the way in which API Gateway changes what there is. */

import type { Op, PatchOperation } from "@aws-sdk/client-api-gateway";
import { badRequest } from "./errors.ts";

export interface Patch {
  op: Op;
  path: string;
  value?: string;
}

/** The part of an input that has patch operations. */
export interface Patches {
  patchOperations?: readonly PatchOperation[];
}

/** Applies one operation and says true, or says false to a path that it does not know. */
export type Apply = (patch: Patch) => boolean;

/**
 * Applies the patch operations of a call, in order.
 * https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
 */
export function applyPatches({ patchOperations = [] }: Patches, apply: Apply): void {
  for (const { op, path = "", value, from } of patchOperations) {
    if (from !== undefined || !(op === "add" || op === "remove" || op === "replace"))
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
