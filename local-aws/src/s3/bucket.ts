/** S3's operations on buckets themselves. */
import type * as sdk from "@aws-sdk/client-s3";
import { tagging } from "../access/demands.ts";
import { AwsError, type Context, notImplemented } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { onBucket } from "./access.ts";
import { invalidArgument } from "./errors.ts";
import { type Bucket, bucketNamed, OBJECT_OWNERSHIPS, s3State } from "./state.ts";
import { checkTags } from "./tags.ts";

export const bucketOperations: Operations<typeof sdk> = {
  CreateBucket: {
    params: ["Bucket", "ACL", "ObjectOwnership", "CreateBucketConfiguration"],
    run: createBucket,
    demands: ({ CreateBucketConfiguration }, bucket) =>
      tagging(CreateBucketConfiguration?.Tags, "s3:TagResource", bucket),
  },
  HeadBucket: onBucket("HeadBucket", [], ({ region }) => ({
    BucketRegion: region,
    AccessPointAlias: false,
  })),
  DeleteBucket: onBucket("DeleteBucket", [], (bucket, _input, { world }) => {
    if (bucket.objects.length > 0)
      throw new AwsError("BucketNotEmpty", 409, "The bucket you tried to delete is not empty", {
        members: { BucketName: bucket.name },
      });
    const { buckets } = s3State(world);
    buckets.splice(buckets.indexOf(bucket), 1);
  }),
  GetBucketLocation: onBucket("GetBucketLocation", [], ({ region }) => ({
    LocationConstraint: region === "us-east-1" ? undefined : (region as sdk.BucketLocationConstraint),
  })),
  ListBuckets: { params: ["Prefix"], run: listBuckets },
};

function createBucket(input: Given<sdk.CreateBucketCommandInput>, context: Context) {
  const { world, region } = context;
  const { Bucket: name, ObjectOwnership: objectOwnership = "BucketOwnerEnforced" } = input;
  checkName(name);
  // Private is what every bucket is; Terraform says so explicitly.
  if (input.ACL !== undefined && input.ACL !== "private")
    throw notImplemented(`the ACL ${input.ACL} of buckets`);
  if (!OBJECT_OWNERSHIPS.includes(objectOwnership))
    throw invalidArgument("Invalid x-amz-object-ownership header", "x-amz-object-ownership", objectOwnership);
  const { LocationConstraint, Tags = [], ...others } = input.CreateBucketConfiguration ?? {};
  const [unknown] = Object.keys(others);
  if (unknown) throw notImplemented(`the element ${unknown} of CreateBucketConfiguration`);
  const tags = checkTags(Tags);
  checkLocation(LocationConstraint, region);
  const answer = { Location: `/${name}` };
  const taken = bucketNamed(world, name);
  if (taken) return answerTaken(taken, context, answer);
  const publicAccessBlock = { ...ALL_BLOCKED };
  s3State(world).buckets.push({
    name,
    region: LocationConstraint ?? region,
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

function checkLocation(location: string | undefined, region: string): void {
  // Requests that are signed for us-east-1 come to the global endpoint, which creates buckets anywhere.
  if (region === "us-east-1" && location !== "us-east-1") return;
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

function answerTaken<Answer>(taken: Bucket, { world, region }: Context, answer: Answer): Answer {
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

function listBuckets({ Prefix = "" }: Given<sdk.ListBucketsCommandInput>, { world }: Context) {
  const own = s3State(world).buckets.filter(
    ({ owner, name }) => (owner ?? world.account) === world.account && name.startsWith(Prefix),
  );
  const Buckets = own
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, createdAt, region }) => ({
      Name: name,
      CreationDate: new Date(createdAt),
      BucketRegion: region,
      BucketArn: `arn:aws:s3:::${name}`,
    }));
  return { Owner: { ID: world.account }, Buckets };
}
