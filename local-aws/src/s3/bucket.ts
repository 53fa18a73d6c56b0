/** S3's operations on buckets themselves. */
import type { Tag } from "../iam/state.ts";
import { AwsError, type Context, type Input, notImplemented, type Operation } from "../service.ts";
import { fromXml } from "../wire/xml.ts";
import { onBucket } from "./access.ts";
import { invalidArgument } from "./errors.ts";
import { NAMESPACE, type S3Output } from "./protocol.ts";
import { type Bucket, bucketNamed, OBJECT_OWNERSHIPS, s3State } from "./state.ts";
import { checkTags, TAG_SET } from "./tags.ts";

export const bucketOperations: Record<string, Operation> = {
  CreateBucket: { params: ["Bucket", "ACL", "ObjectOwnership", "Body"], run: createBucket },
  HeadBucket: onBucket("HeadBucket", [], ({ region }) => ({
    headers: { "x-amz-bucket-region": region, "x-amz-access-point-alias": "false" },
  })),
  DeleteBucket: onBucket("DeleteBucket", [], (bucket, _input, { world }) => {
    if (bucket.objects.length > 0)
      throw new AwsError("BucketNotEmpty", 409, "The bucket you tried to delete is not empty", {
        members: { BucketName: bucket.name },
      });
    const { buckets } = s3State(world);
    buckets.splice(buckets.indexOf(bucket), 1);
    return { status: 204 };
  }),
  GetBucketLocation: onBucket("GetBucketLocation", [], ({ region }) => ({
    xml: { LocationConstraint: { "@xmlns": NAMESPACE, "#text": region === "us-east-1" ? "" : region } },
  })),
  ListBuckets: { params: ["Prefix"], run: listBuckets },
};

function createBucket(input: Input, context: Context): S3Output {
  const { world, region } = context;
  const { Bucket: name, ObjectOwnership: objectOwnership = "BucketOwnerEnforced" } = input;
  checkName(name);
  // Private is what every bucket is; Terraform says so explicitly.
  if (input.ACL !== undefined && input.ACL !== "private")
    throw notImplemented(`the ACL ${input.ACL} of buckets`);
  if (!OBJECT_OWNERSHIPS.includes(objectOwnership))
    throw invalidArgument("Invalid x-amz-object-ownership header", "x-amz-object-ownership", objectOwnership);
  const { location, tags } = readConfiguration(input.Body);
  checkLocation(location, region);
  const answer = { headers: { location: `/${name}` } };
  const taken = bucketNamed(world, name);
  if (taken) return answerTaken(taken, context, answer);
  const publicAccessBlock = { ...ALL_BLOCKED };
  s3State(world).buckets.push({
    name,
    region,
    createdAt: Date.now(),
    objectOwnership,
    publicAccessBlock,
    tags,
    objects: [],
  });
  return answer;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html: new buckets since April 2023. */
const ALL_BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

function readConfiguration(body: Buffer | undefined): { location?: string; tags: Tag[] } {
  if (!body) return { tags: [] };
  const { LocationConstraint, Tags } = fromXml(body.toString(), "CreateBucketConfiguration", {
    LocationConstraint: "text",
    Tags: TAG_SET,
  });
  return { location: LocationConstraint, tags: checkTags(Tags) };
}

function checkLocation(location: string | undefined, region: string): void {
  if (region === "us-east-1" && location === undefined) return;
  if (location === "us-east-1")
    throw new AwsError("InvalidLocationConstraint", 400, "The specified location-constraint is not valid", {
      members: { LocationConstraint: location },
    });
  if (location === region) return;
  throw new AwsError(
    "IllegalLocationConstraintException",
    400,
    `The ${location ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function answerTaken(taken: Bucket, { world, region }: Context, answer: S3Output): S3Output {
  if (taken.owner !== undefined && taken.owner !== world.account)
    throw new AwsError(
      "BucketAlreadyExists",
      409,
      "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
      { members: { BucketName: taken.name } },
    );
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html: us-east-1 answers 200, as it always has.
  if (taken.region === "us-east-1" && region === "us-east-1") return answer;
  throw new AwsError(
    "BucketAlreadyOwnedByYou",
    409,
    "Your previous request to create the named bucket succeeded and you already own it.",
    { members: { BucketName: taken.name } },
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
  !/\.\.|^\d+\.\d+\.\d+\.\d+$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(
    name,
  );

function checkName(name: string): void {
  if (!isBucketName(name))
    throw new AwsError("InvalidBucketName", 400, "The specified bucket is not valid.", {
      members: { BucketName: name },
    });
}

function listBuckets({ Prefix = "" }: Input, { world }: Context): S3Output {
  const own = s3State(world).buckets.filter(
    ({ owner, name }) => (owner ?? world.account) === world.account && name.startsWith(Prefix),
  );
  const buckets = own
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, createdAt, region }) => ({
      Name: name,
      CreationDate: new Date(createdAt).toISOString(),
      BucketRegion: region,
      BucketArn: `arn:aws:s3:::${name}`,
    }));
  return {
    xml: {
      ListAllMyBucketsResult: {
        "@xmlns": NAMESPACE,
        Owner: { ID: world.account },
        Buckets: { Bucket: buckets },
      },
    },
  };
}
