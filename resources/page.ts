/** The page, as the one object of the website's bucket. */

import { createHash } from "node:crypto";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Aws } from "../converge/aws.ts";
import { type Known, orAbsent, type Resource } from "../converge/resource.ts";
import type { Stack } from "../stack.ts";

interface PageState {
  sha256: string;
  contentType: string | undefined;
  contentEncoding: string | undefined;
  cacheControl: string | undefined;
}

type Content = string | Uint8Array;

interface PageNeeds {
  bucket: Known<object>;
  /** What the page asks must answer before anybody sees it. */
  stage: Known<object>;
  permission: Known<object>;
  html: () => Promise<Content>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/IndexDocumentSupport.html */
export function websitePage({ sdk: { s3 } }: Aws, stack: Stack): Resource<PageState, PageNeeds> {
  const { pageKey: Key, contentType, contentEncoding, cacheControl } = stack.bucket;
  const served = { ContentType: contentType, ContentEncoding: contentEncoding, CacheControl: cacheControl };
  const target = { Bucket: stack.bucket.name, Key, ExpectedBucketOwner: stack.account };

  async function read({ bucket }: PageNeeds): Promise<PageState | undefined> {
    if (!(await bucket())) return undefined;
    const found = await orAbsent(s3.send(new GetObjectCommand(target)), "NoSuchKey", "NoSuchBucket");
    if (!found) return undefined;
    const sha = sha256(await found.Body!.transformToByteArray());
    const { ContentType, ContentEncoding, CacheControl } = found;
    return {
      sha256: sha,
      contentType: ContentType,
      contentEncoding: ContentEncoding,
      cacheControl: CacheControl,
    };
  }

  async function create({ html }: PageNeeds): Promise<PageState> {
    const Body = await html();
    await s3.send(new PutObjectCommand({ ...target, ...served, Body }));
    return { sha256: sha256(Body), contentType, contentEncoding, cacheControl };
  }

  const settings = async (state: PageState, needs: PageNeeds) => [
    {
      settings: [
        { name: "content (SHA-256)", actual: state.sha256, wanted: sha256(await needs.html()) },
        { name: "content type", actual: state.contentType, wanted: contentType },
        { name: "content encoding", actual: state.contentEncoding, wanted: contentEncoding },
        { name: "cache control", actual: state.cacheControl, wanted: cacheControl },
      ],
      call: () => create(needs),
    },
  ];

  return { type: "page", name: Key, read, create, settings };
}

const sha256 = (content: Content) => createHash("sha256").update(content).digest("hex");
