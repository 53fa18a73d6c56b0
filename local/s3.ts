/** S3: buckets, their settings, objects, and what anybody may read. */
import { bucketOperations } from "./s3/bucket.ts";
import { bucketReads } from "./s3/bucket-reads.ts";
import { objectOperations } from "./s3/objects.ts";
import { s3Protocol } from "./s3/protocol.ts";
import { settingOperations } from "./s3/settings.ts";
import type { Service } from "./service.ts";

export { servePublicObject } from "./s3/public.ts";

export const s3: Service = {
  name: "s3",
  protocol: s3Protocol,
  operations: { ...bucketOperations, ...bucketReads, ...settingOperations, ...objectOperations },
};
