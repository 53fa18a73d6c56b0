/** The bucket that holds the website: anybody may read from it, by its policy alone. */

import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketWebsiteCommand,
  type GetBucketWebsiteCommandOutput,
  GetPublicAccessBlockCommand,
  ListObjectVersionsCommand,
  type PublicAccessBlockConfiguration,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketWebsiteCommand,
  PutPublicAccessBlockCommand,
  type _Error as S3Error,
} from "@aws-sdk/client-s3";
import type { Aws } from "../converge/aws.ts";
import { Refusal } from "../converge/errors.ts";
import { orAbsent, parsePolicy, type Removable, type Resource } from "../converge/resource.ts";
import { type Patience, persist } from "../converge/retry.ts";
import { assertOurs, asTagList, fromTagList } from "../converge/tags.ts";
import type { Stack } from "../stack.ts";

interface BucketState {
  publicAccessBlock: PublicAccessBlockConfiguration | undefined;
  ownership: string | undefined;
  policy: unknown;
  website: unknown;
}

/** ACLs can make nothing public; a policy can. */
const PUBLIC_BY_POLICY_ONLY: PublicAccessBlockConfiguration = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};
const OWNERSHIP = "BucketOwnerEnforced";

/** A block that was lifted a moment ago still refuses public policies for some seconds. */
const UNTIL_LIFTED: Patience = { seconds: 20, firstPause: 200, longestPause: 5000, jitter: true };
const isDenied = ({ name }: Error) => name === "AccessDenied";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html */
export function websiteBucket(
  { sdk: { s3 }, region }: Aws,
  stack: Stack,
): Resource<BucketState> & Removable<BucketState> {
  const Bucket = stack.bucket.name;
  /** Somebody else's bucket of this name is neither read nor written, whatever its policy allows us. */
  const target = { Bucket, ExpectedBucketOwner: stack.account };
  const policy = publicRead(stack);
  const website = { IndexDocument: { Suffix: stack.bucket.pageKey } };

  /** The bucket's tags, or undefined when there is no such bucket. */
  async function tags(): Promise<Record<string, string> | undefined> {
    try {
      const { TagSet } = await s3.send(new GetBucketTaggingCommand(target));
      return fromTagList(TagSet as []);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.name === "NoSuchBucket") return undefined;
      if (error.name === "NoSuchTagSet") return {};
      if (error.name === "AccessDenied") throw notReadable(Bucket, stack.account, error);
      throw error;
    }
  }

  async function read(): Promise<BucketState | undefined> {
    const found = await tags();
    if (!found) return undefined;
    assertOurs(`bucket ${Bucket}`, found, stack.tags);
    const [access, ownership, policy, website] = await Promise.all([
      orAbsent(s3.send(new GetPublicAccessBlockCommand(target)), "NoSuchPublicAccessBlockConfiguration"),
      orAbsent(s3.send(new GetBucketOwnershipControlsCommand(target)), "OwnershipControlsNotFoundError"),
      orAbsent(s3.send(new GetBucketPolicyCommand(target)), "NoSuchBucketPolicy"),
      orAbsent(s3.send(new GetBucketWebsiteCommand(target)), "NoSuchWebsiteConfiguration"),
    ]);
    return {
      publicAccessBlock: access?.PublicAccessBlockConfiguration,
      ownership: ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
      policy: parsePolicy(policy?.Policy),
      website: website && configurationOf(website),
    };
  }

  /** us-east-1 is where a bucket goes without a constraint, and must not be named. */
  const constraint = region === "us-east-1" ? {} : { LocationConstraint: region as BucketLocationConstraint };

  async function create(): Promise<BucketState> {
    const CreateBucketConfiguration = { ...constraint, Tags: asTagList(stack.tags) };
    await s3
      .send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration, ObjectOwnership: OWNERSHIP }))
      .catch(error => {
        throw error.name === "BucketAlreadyExists" ? taken(Bucket, error) : error;
      });
    await tagUnlessTagged();
    return { publicAccessBlock: undefined, ownership: OWNERSHIP, policy: undefined, website: undefined };
  }

  /** AWS tags a bucket as it creates it; some AWS-compatible endpoints pass over the tags. */
  async function tagUnlessTagged() {
    const Tagging = { TagSet: asTagList(stack.tags) };
    const found = await tags();
    if (found && Object.keys(found).length === 0)
      await s3.send(new PutBucketTaggingCommand({ ...target, Tagging }));
  }

  const restrict = () =>
    s3.send(
      new PutPublicAccessBlockCommand({ ...target, PublicAccessBlockConfiguration: PUBLIC_BY_POLICY_ONLY }),
    );

  const own = () => {
    const OwnershipControls = { Rules: [{ ObjectOwnership: OWNERSHIP as "BucketOwnerEnforced" }] };
    return s3.send(new PutBucketOwnershipControlsCommand({ ...target, OwnershipControls }));
  };

  const open = () =>
    persist(UNTIL_LIFTED, isDenied, () =>
      s3.send(new PutBucketPolicyCommand({ ...target, Policy: JSON.stringify(policy) })),
    ).catch(error => {
      throw isDenied(error) ? notPublic(Bucket, error) : error;
    });

  const serve = () => s3.send(new PutBucketWebsiteCommand({ ...target, WebsiteConfiguration: website }));

  const settings = (state: BucketState) => [
    { name: "object ownership", actual: state.ownership, wanted: OWNERSHIP, call: own },
    {
      name: "public access block",
      actual: state.publicAccessBlock,
      wanted: PUBLIC_BY_POLICY_ONLY,
      call: restrict,
    },
    { name: "policy", actual: state.policy, wanted: policy, call: open },
    { name: "website", actual: state.website, wanted: website, call: serve },
  ];

  async function remove() {
    while (await removeSomeObjects()) {
      // A page at a time, until none is left: a bucket can be deleted only once it is empty.
    }
    await s3.send(new DeleteBucketCommand(target));
  }

  /** Removes up to a thousand objects, old versions too; says whether there may be more. */
  async function removeSomeObjects(): Promise<boolean> {
    const {
      Versions = [],
      DeleteMarkers = [],
      IsTruncated,
    } = await s3.send(new ListObjectVersionsCommand(target));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return false;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ ...target, Delete: { Objects, Quiet: true } }),
    );
    if (Errors[0]) throw notEmptied(Bucket, Errors[0]);
    return IsTruncated ?? false;
  }

  return { type: "bucket", name: Bucket, read, create, settings, remove };
}

/** The members that are set. */
const configurationOf = ({ $metadata, ...website }: GetBucketWebsiteCommandOutput) =>
  Object.fromEntries(Object.entries(website).filter(([, value]) => value !== undefined));

const publicRead = ({ partition, bucket }: Stack) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "AnybodyMayRead",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:${partition}:s3:::${bucket.name}/*`,
    },
  ],
});

const notReadable = (bucket: string, account: string, cause: Error) =>
  new Refusal(
    `Cannot read the bucket ${bucket}: it belongs to another account than ${account}, or your credentials lack s3:GetBucketTagging.`,
    "Nothing was changed. Choose another --name, or use credentials that may read it.",
    { cause },
  );

const taken = (bucket: string, cause: Error) =>
  new Refusal(
    `Cannot create the bucket ${bucket} because another account has one of this name, and bucket names are shared by all.`,
    "Choose another --name and run deploy again.",
    { cause },
  );

const notPublic = (bucket: string, cause: Error) =>
  new Refusal(
    `Cannot make the page in the bucket ${bucket} public: ${cause.message}.`,
    "If Block Public Access is on for the account (S3 console, Block Public Access settings for this account) or the organisation, turn off its two policy settings there; then run deploy again.",
    { cause },
  );

const notEmptied = (bucket: string, { Key, Code, Message }: S3Error) =>
  new Refusal(
    `Cannot delete the object ${Key} of the bucket ${bucket}: ${Code}: ${Message}.`,
    "Delete it by hand; then run teardown again.",
  );
