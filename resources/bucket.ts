/** The bucket that holds the page. Who may read it, and how, is in website.ts. */

import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  type _Error as S3Error,
} from "@aws-sdk/client-s3";
import type { Aws } from "../converge/aws.ts";
import { Refusal } from "../converge/errors.ts";
import type { Removable, Resource } from "../converge/resource.ts";
import { assertOurs, asTagList, fromTagList } from "../converge/tags.ts";
import type { Stack } from "../stack.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/creating-buckets-s3.html */
export function websiteBucket(
  { sdk: { s3 }, region, s3Endpoint }: Aws,
  stack: Stack,
): Resource<object> & Removable<object> {
  const { name: Bucket, ownership: ObjectOwnership } = stack.bucket;
  /** Somebody else's bucket of this name is neither read nor written, whatever its policy allows us. */
  const target = { Bucket, ExpectedBucketOwner: stack.account };
  const Tagging = { TagSet: asTagList(stack.tags) };
  const tagCommand = `aws s3api put-bucket-tagging --bucket ${Bucket} --tagging '${JSON.stringify(Tagging)}'`;

  /** The bucket's tags, or undefined when there is no such bucket. */
  const tags = (): Promise<Record<string, string> | undefined> =>
    s3.send(new GetBucketTaggingCommand(target)).then(
      ({ TagSet }) => fromTagList(TagSet as []),
      error => {
        if (error.name === "NoSuchBucket") return undefined;
        if (error.name === "NoSuchTagSet") return {};
        throw error.name === "AccessDenied" ? notReadable(Bucket, stack.account, error) : error;
      },
    );

  async function read(): Promise<object | undefined> {
    const found = await tags();
    if (found) assertOurs(`bucket ${Bucket}`, found, stack.tags, tagCommand);
    return found;
  }

  async function create(): Promise<object> {
    // us-east-1 is where a bucket goes without a constraint, and must not be named.
    const place = region === "us-east-1" ? {} : { LocationConstraint: region as BucketLocationConstraint };
    const CreateBucketConfiguration = { ...place, Tags: Tagging.TagSet };
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration, ObjectOwnership }));
    if (s3Endpoint) await tagUnlessTagged();
    return stack.tags;
  }

  /** AWS tags a bucket as it creates it; some AWS-compatible endpoints pass over the tags, and a kill leaves none. */
  async function tagUnlessTagged() {
    const found = await tags();
    if (found && Object.keys(found).length === 0)
      await s3.send(new PutBucketTaggingCommand({ ...target, Tagging }));
  }

  async function remove() {
    while (await removeSomeObjects()) {
      // A page at a time, until none is left: a bucket can be deleted only once it is empty.
    }
    await s3.send(new DeleteBucketCommand(target));
  }

  /** Removes up to a thousand objects, old versions too; says whether there may be more. */
  async function removeSomeObjects(): Promise<boolean> {
    const page = await s3.send(new ListObjectVersionsCommand(target));
    const { Versions = [], DeleteMarkers = [], IsTruncated = false } = page;
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return false;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ ...target, Delete: { Objects, Quiet: true } }),
    );
    if (Errors[0]) throw notEmptied(Bucket, Errors[0]);
    return IsTruncated;
  }

  return { type: "bucket", name: Bucket, read, create, settings: () => [], remove };
}

const notReadable = (bucket: string, account: string, cause: Error) =>
  new Refusal(
    `Cannot read the bucket ${bucket}: it belongs to another account than ${account}, or your credentials lack s3:GetBucketTagging.`,
    "Nothing was changed. Choose another --name, or use credentials that may read it.",
    { cause },
  );

const notEmptied = (bucket: string, { Key, Code, Message }: S3Error) =>
  new Refusal(
    `Cannot delete the object ${Key} of the bucket ${bucket}: ${Code}: ${Message}.`,
    "Delete it by hand; then run teardown again.",
  );
