/** S3's copies. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
import type * as sdk from "@aws-sdk/client-s3";
import { type Context, notImplemented } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { onBucket } from "./access.ts";
import { accessDenied, decoded, invalidArgument, noSuchBucket } from "./errors.ts";
import { headersOf, KEPT_MEMBERS } from "./metadata.ts";
import { contentOf, requireObject, store } from "./objects.ts";
import { type Bucket, bucketNamed } from "./state.ts";

export const copyOperations: Operations<typeof sdk> = {
  CopyObject: {
    ...onBucket(
      "CopyObject",
      ["Key", "CopySource", "MetadataDirective", "TaggingDirective", ...KEPT_MEMBERS],
      copyObject,
    ),
    demands: ({ CopySource = "" }) => [
      { action: "s3:GetObject", resource: `arn:aws:s3:::${decoded(CopySource).replace(/^\//, "")}` },
    ],
  },
};

function copyObject(bucket: Bucket, input: Given<sdk.CopyObjectCommandInput>, context: Context) {
  const { Key: key, CopySource, MetadataDirective = "COPY", TaggingDirective = "COPY" } = input;
  if (TaggingDirective !== "COPY") throw notImplemented("a copy with other tags");
  const [, name = "", sourceKey = ""] = /^\/?([^/]+)\/([^?]+)$/.exec(CopySource) ?? [];
  if (!sourceKey)
    throw invalidArgument(
      "Copy Source must mention the source bucket and key",
      "x-amz-copy-source",
      CopySource,
    );
  const source = bucketNamed(context.world, decoded(name));
  if (!source) throw noSuchBucket(name);
  if (source.owner !== undefined && source.owner !== context.world.account) throw accessDenied();
  const found = requireObject(source, { Key: decoded(sourceKey) }, context);
  const { etag, lastModified } = store(bucket, {
    key,
    content: contentOf(found),
    headers: MetadataDirective === "REPLACE" ? headersOf(input) : found.headers,
    checksums: found.checksums,
    tags: found.tags,
  });
  return { CopyObjectResult: { ETag: etag, LastModified: new Date(lastModified) } };
}
