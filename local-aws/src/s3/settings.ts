/** S3's operations on a bucket's settings: tags, policy, website, public access, ownership. */
import type * as sdk from "@aws-sdk/client-s3";
import { arnOf } from "../access/authorize.ts";
import { isPublic, list, statementsOf } from "../policy/evaluate.ts";
import { policyProblem } from "../policy/grammar.ts";
import { AwsError, type Context } from "../service.ts";
import type { Operations } from "../wire/operations.ts";
import { onBucket } from "./access.ts";
import { absent, accessDenied, malformedXml, noWebsite } from "./errors.ts";
import { type Bucket, blocks, OBJECT_OWNERSHIPS } from "./state.ts";
import { checkTags } from "./tags.ts";
import { checkedWebsite, shownWebsite } from "./website-configuration.ts";

export const settingOperations: Operations<typeof sdk> = {
  GetBucketTagging: onBucket("GetBucketTagging", [], ({ tags }) => {
    if (tags.length === 0) throw absent("NoSuchTagSet", "The TagSet does not exist");
    return { TagSet: tags };
  }),
  PutBucketTagging: onBucket("PutBucketTagging", ["Tagging"], (bucket, { Tagging }) => {
    bucket.tags = checkTags(Tagging.TagSet);
  }),
  DeleteBucketTagging: onBucket("DeleteBucketTagging", [], bucket => {
    bucket.tags = [];
  }),

  GetBucketPolicy: onBucket("GetBucketPolicy", [], bucket => ({ Policy: policyOf(bucket) })),
  PutBucketPolicy: onBucket("PutBucketPolicy", ["Policy"], (bucket, { Policy }, context) =>
    putPolicy(bucket, Policy, context),
  ),
  DeleteBucketPolicy: onBucket("DeleteBucketPolicy", [], bucket => {
    bucket.policy = undefined;
  }),
  GetBucketPolicyStatus: onBucket("GetBucketPolicyStatus", [], bucket => ({
    PolicyStatus: { IsPublic: isPublic(policyOf(bucket)) },
  })),

  GetBucketWebsite: onBucket("GetBucketWebsite", [], ({ website }) => {
    if (!website) throw noWebsite();
    return shownWebsite(website);
  }),
  PutBucketWebsite: onBucket("PutBucketWebsite", ["WebsiteConfiguration"], (bucket, input) => {
    bucket.website = checkedWebsite(input.WebsiteConfiguration);
  }),
  DeleteBucketWebsite: onBucket("DeleteBucketWebsite", [], bucket => {
    bucket.website = undefined;
  }),

  GetPublicAccessBlock: onBucket("GetPublicAccessBlock", [], ({ publicAccessBlock }) => {
    if (!publicAccessBlock)
      throw absent(
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
      );
    return { PublicAccessBlockConfiguration: publicAccessBlock };
  }),
  PutPublicAccessBlock: onBucket(
    "PutPublicAccessBlock",
    ["PublicAccessBlockConfiguration"],
    (bucket, { PublicAccessBlockConfiguration: wanted }) => {
      bucket.publicAccessBlock = {
        BlockPublicAcls: wanted.BlockPublicAcls ?? false,
        IgnorePublicAcls: wanted.IgnorePublicAcls ?? false,
        BlockPublicPolicy: wanted.BlockPublicPolicy ?? false,
        RestrictPublicBuckets: wanted.RestrictPublicBuckets ?? false,
      };
    },
  ),
  DeletePublicAccessBlock: onBucket("DeletePublicAccessBlock", [], bucket => {
    bucket.publicAccessBlock = undefined;
  }),

  GetBucketOwnershipControls: onBucket("GetBucketOwnershipControls", [], ({ objectOwnership }) => {
    if (!objectOwnership)
      throw absent("OwnershipControlsNotFoundError", "The bucket ownership controls were not found");
    return { OwnershipControls: { Rules: [{ ObjectOwnership: objectOwnership as sdk.ObjectOwnership }] } };
  }),
  PutBucketOwnershipControls: onBucket(
    "PutBucketOwnershipControls",
    ["OwnershipControls"],
    (bucket, { OwnershipControls: { Rules } }) => {
      const [rule] = Rules;
      if (Rules.length !== 1 || !rule || !OBJECT_OWNERSHIPS.includes(rule.ObjectOwnership))
        throw malformedXml();
      bucket.objectOwnership = rule.ObjectOwnership;
    },
  ),
  DeleteBucketOwnershipControls: onBucket("DeleteBucketOwnershipControls", [], bucket => {
    bucket.objectOwnership = undefined;
  }),
};

function policyOf({ policy, name }: Bucket): string {
  if (policy === undefined)
    throw new AwsError("NoSuchBucketPolicy", 404, "The bucket policy does not exist", {
      members: { BucketName: name },
    });
  return policy;
}

const MAX_POLICY_BYTES = 20 * 1024;

function putPolicy(bucket: Bucket, policy: string, { world, caller }: Context): void {
  const problem = policyProblem(policy, "bucket") ?? strangeResource(bucket, policy);
  if (problem) throw new AwsError("MalformedPolicy", 400, problem);
  if (policy.length > MAX_POLICY_BYTES)
    throw new AwsError("PolicyTooLarge", 400, "The policy exceeds the maximum allowed document size.");
  if (isPublic(policy) && blocks(world, bucket, "BlockPublicPolicy"))
    throw accessDenied(
      `User: ${arnOf(world, caller)} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${bucket.name}" because public policies are blocked by the BlockPublicPolicy block public access setting.`,
    );
  bucket.policy = policy;
}

/** A bucket's policy is about this bucket and its objects only, and each action about what it applies to. */
function strangeResource({ name }: Bucket, policy: string): string | undefined {
  const arn = `arn:aws:s3:::${name}`;
  for (const { Action, Resource } of statementsOf(policy)) {
    const resources = list(Resource);
    if (resources.some(resource => resource !== arn && !resource.startsWith(`${arn}/`)))
      return "Policy has invalid resource";
    const onObjects = list(Action).filter(action => /^s3:(Get|Put|Delete)Object$/.test(action));
    if (onObjects.length > 0 && !resources.some(resource => resource.includes("/")))
      return "Action does not apply to any resource(s) in statement";
  }
  return undefined;
}
