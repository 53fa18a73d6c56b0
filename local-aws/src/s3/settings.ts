/** S3's operations on a bucket's settings: tags, policy, website, public access, ownership. */
import { arnOf } from "../access/authorize.ts";
import { isPublic, list, statementsOf } from "../policy/evaluate.ts";
import { policyProblem } from "../policy/grammar.ts";
import { AwsError, type Context, type Input, type Operation } from "../service.ts";
import { fromXml, malformedXml } from "../wire/xml.ts";
import { onBucket } from "./access.ts";
import { absent, accessDenied, noWebsite } from "./errors.ts";
import { NAMESPACE } from "./protocol.ts";
import { type Bucket, blocks, OBJECT_OWNERSHIPS, type PublicAccessBlock } from "./state.ts";
import { checkTags, TAG_SET } from "./tags.ts";
import { readWebsite, shownWebsite } from "./website-configuration.ts";

export const settingOperations: Record<string, Operation> = {
  GetBucketTagging: onBucket("GetBucketTagging", [], ({ tags }) => {
    if (tags.length === 0) throw absent("NoSuchTagSet", "The TagSet does not exist");
    return { xml: { Tagging: { "@xmlns": NAMESPACE, TagSet: { Tag: tags.map(tag => ({ ...tag })) } } } };
  }),
  PutBucketTagging: onBucket("PutBucketTagging", ["Body"], (bucket, { Body }) => {
    bucket.tags = checkTags(fromXml(`${Body ?? ""}`, "Tagging", { TagSet: TAG_SET }).TagSet);
    return { status: 204 };
  }),
  DeleteBucketTagging: onBucket("DeleteBucketTagging", [], bucket => {
    bucket.tags = [];
    return { status: 204 };
  }),

  GetBucketPolicy: onBucket("GetBucketPolicy", [], bucket => ({
    headers: { "content-type": "application/json" },
    body: policyOf(bucket),
  })),
  PutBucketPolicy: onBucket("PutBucketPolicy", ["Body"], putPolicy),
  DeleteBucketPolicy: onBucket("DeleteBucketPolicy", [], bucket => {
    bucket.policy = undefined;
    return { status: 204 };
  }),
  GetBucketPolicyStatus: onBucket("GetBucketPolicyStatus", [], bucket => ({
    xml: { PolicyStatus: { "@xmlns": NAMESPACE, IsPublic: isPublic(policyOf(bucket)) } },
  })),

  GetBucketWebsite: onBucket("GetBucketWebsite", [], ({ website }) => {
    if (!website) throw noWebsite();
    return { xml: { WebsiteConfiguration: { "@xmlns": NAMESPACE, ...shownWebsite(website) } } };
  }),
  PutBucketWebsite: onBucket("PutBucketWebsite", ["Body"], (bucket, { Body }) => {
    bucket.website = readWebsite(`${Body ?? ""}`);
    return {};
  }),
  DeleteBucketWebsite: onBucket("DeleteBucketWebsite", [], bucket => {
    bucket.website = undefined;
    return { status: 204 };
  }),

  GetPublicAccessBlock: onBucket("GetPublicAccessBlock", [], ({ publicAccessBlock }) => {
    if (!publicAccessBlock)
      throw absent(
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
      );
    return { xml: { PublicAccessBlockConfiguration: { "@xmlns": NAMESPACE, ...publicAccessBlock } } };
  }),
  PutPublicAccessBlock: onBucket("PutPublicAccessBlock", ["Body"], (bucket, { Body }) => {
    bucket.publicAccessBlock = readPublicAccessBlock(`${Body ?? ""}`);
    return {};
  }),
  DeletePublicAccessBlock: onBucket("DeletePublicAccessBlock", [], bucket => {
    bucket.publicAccessBlock = undefined;
    return { status: 204 };
  }),

  GetBucketOwnershipControls: onBucket("GetBucketOwnershipControls", [], ({ objectOwnership }) => {
    if (!objectOwnership)
      throw absent("OwnershipControlsNotFoundError", "The bucket ownership controls were not found");
    return {
      xml: { OwnershipControls: { "@xmlns": NAMESPACE, Rule: { ObjectOwnership: objectOwnership } } },
    };
  }),
  PutBucketOwnershipControls: onBucket("PutBucketOwnershipControls", ["Body"], (bucket, { Body }) => {
    const { Rule } = fromXml(`${Body ?? ""}`, "OwnershipControls", { Rule: [{ ObjectOwnership: "text" }] });
    const wanted = Rule?.[0]?.ObjectOwnership ?? "";
    if (Rule?.length !== 1 || !OBJECT_OWNERSHIPS.includes(wanted)) throw malformedXml();
    bucket.objectOwnership = wanted;
    return {};
  }),
  DeleteBucketOwnershipControls: onBucket("DeleteBucketOwnershipControls", [], bucket => {
    bucket.objectOwnership = undefined;
    return { status: 204 };
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

function putPolicy(bucket: Bucket, input: Input, { world, caller }: Context) {
  const policy = `${input.Body ?? ""}`;
  const problem = policyProblem(policy, "bucket") ?? strangeResource(bucket, policy);
  if (problem) throw new AwsError("MalformedPolicy", 400, problem);
  if (policy.length > MAX_POLICY_BYTES)
    throw new AwsError("PolicyTooLarge", 400, "The policy exceeds the maximum allowed document size.");
  if (isPublic(policy) && blocks(world, bucket, "BlockPublicPolicy"))
    throw accessDenied(
      `User: ${arnOf(world, caller)} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${bucket.name}" because public policies are blocked by the BlockPublicPolicy block public access setting.`,
    );
  bucket.policy = policy;
  return { status: 204 };
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

function readPublicAccessBlock(text: string): PublicAccessBlock {
  const given = fromXml(text, "PublicAccessBlockConfiguration", {
    BlockPublicAcls: "text",
    IgnorePublicAcls: "text",
    BlockPublicPolicy: "text",
    RestrictPublicBuckets: "text",
  });
  const flag = (value = "false") => /^true$/i.test(value);
  return {
    BlockPublicAcls: flag(given.BlockPublicAcls),
    IgnorePublicAcls: flag(given.IgnorePublicAcls),
    BlockPublicPolicy: flag(given.BlockPublicPolicy),
    RestrictPublicBuckets: flag(given.RestrictPublicBuckets),
  };
}
