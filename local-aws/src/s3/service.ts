/** S3: buckets, their settings, objects, and what anybody may read. */
import { s3Refusals } from "../access/s3-refusals.ts";
import type { Service } from "../service.ts";
import { s3Actions } from "./actions.ts";
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
  permissions: {
    actionOf: operation => s3Actions[operation],
    resourcesOf({ Bucket = "*", Key }, _context, { operation }) {
      // The objects that it names are in the body, each to be allowed; their bucket stands for them all.
      const key = operation === "DeleteObjects" ? "*" : Key;
      return [`arn:aws:s3:::${[Bucket, key].filter(Boolean).join("/")}`];
    },
  },
  refusals: s3Refusals,
};
