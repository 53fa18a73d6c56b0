/** The page, as the one object of the website's bucket. */

import { createHash } from "node:crypto";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Aws } from "../converge/aws.ts";
import { orAbsent, type Resource, type Setting } from "../converge/resource.ts";
import type { Stack } from "../stack.ts";

interface PageState {
  sha256: string;
  contentType: string | undefined;
  cacheControl: string | undefined;
}

/**
 * @param build builds the page; called when it is needed, once the API's URL is known
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/IndexDocumentSupport.html
 */
export function page({ sdk: { s3 } }: Aws, stack: Stack, build: () => Promise<string>): Resource<PageState> {
  const { pageKey: Key, contentType, cacheControl } = stack.bucket;
  const target = { Bucket: stack.bucket.name, Key, ExpectedBucketOwner: stack.account };

  async function read(): Promise<PageState | undefined> {
    const found = await orAbsent(s3.send(new GetObjectCommand(target)), "NoSuchKey", "NoSuchBucket");
    if (!found) return undefined;
    const body = await found.Body!.transformToString();
    return { sha256: sha256(body), contentType: found.ContentType, cacheControl: found.CacheControl };
  }

  async function put() {
    const Body = await build();
    await s3.send(
      new PutObjectCommand({ ...target, Body, ContentType: contentType, CacheControl: cacheControl }),
    );
    return { sha256: sha256(Body), contentType, cacheControl };
  }

  const settings = async (state: PageState): Promise<Setting[]> => [
    { name: "content (SHA-256)", actual: state.sha256, wanted: sha256(await build()), write: put },
    { name: "content type", actual: state.contentType, wanted: contentType, write: put },
    { name: "cache control", actual: state.cacheControl, wanted: cacheControl, write: put },
  ];

  return { type: "page", name: Key, read, create: put, settings };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
