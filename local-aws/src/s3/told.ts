/** What S3 tells of a request by anybody: whether the bucket's policy opens the object. */
import { isSecure } from "../hosts.ts";
import type { WireRequest, WireResponse } from "../service.ts";
import type { World } from "../world.ts";
import { judgePublic } from "./access.ts";
import { bucketNamed, objectAt } from "./state.ts";

/** Tells the answer to a request for a page, and the statement that opened it or what keeps it closed. */
export function tellPage(
  world: World,
  { trace, method, ...request }: WireRequest,
  { bucket: name, key, isWebsite }: { bucket: string; key: string; isWebsite: boolean },
  { status, headers }: WireResponse,
): void {
  const outcome = status < 400 ? "passed" : "refused";
  const why = whyOf(world, { name, key, isSecure: !isWebsite && isSecure({ method, ...request }) }, status);
  trace?.tell("s3", { what: `${method} ${name}/${key}`, outcome, why, data: { status, headers } });
}

function whyOf(
  world: World,
  { name, key, isSecure }: { name: string; key: string; isSecure: boolean },
  status: number,
): string {
  const bucket = bucketNamed(world, name);
  if (!bucket) return `There is no bucket ${name}.`;
  if (status > 300 && status < 400)
    return status === 304 ? "The browser has it already." : "It is elsewhere.";
  const { verdict, why } = judgePublic(world, bucket, isSecure, "s3:GetObject", key);
  if (verdict === "allow" && !objectAt(bucket, key)) return `There is no object "${key}". ${why}`;
  return why;
}
