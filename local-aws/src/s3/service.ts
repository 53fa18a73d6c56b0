/** S3: buckets, their settings, objects, and what anybody may read. */
import type { Service } from "../service.ts";
import { bucketOperations } from "./bucket.ts";
import { bucketReads } from "./bucket-reads.ts";
import { copyOperations } from "./copy.ts";
import { listOperations } from "./lists.ts";
import { multipartOperations } from "./multipart.ts";
import { objectOperations } from "./objects.ts";
import { api, s3Protocol } from "./protocol.ts";
import { settingOperations } from "./settings.ts";

export { servePublicObject } from "./public.ts";

export const s3: Service = {
  name: "s3",
  api,
  protocol: s3Protocol,
  operations: {
    ...bucketOperations,
    ...bucketReads,
    ...settingOperations,
    ...listOperations,
    ...objectOperations,
    ...multipartOperations,
    ...copyOperations,
  },
};
