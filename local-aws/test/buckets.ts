/** A bucket in a local S3, and the settings and policies that tests give it. */
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { smallAws } from "./small-aws.ts";

export const Bucket = "page-bucket";

/** Block Public Access. */
export const ALL_ON = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};
export const ALL_OFF = {
  BlockPublicAcls: false,
  IgnorePublicAcls: false,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};

/** Creates a bucket. */
export const create = (name: string, LocationConstraint?: string, more = {}) =>
  new CreateBucketCommand({
    Bucket: name,
    CreateBucketConfiguration: LocationConstraint
      ? { LocationConstraint: LocationConstraint as BucketLocationConstraint }
      : undefined,
    ...more,
  });

/** Lets everybody read the bucket's objects, unless told otherwise. */
export const policy = (statement: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${Bucket}/*`,
        ...statement,
      },
    ],
  });
export const putPolicy = (s3: S3Client, Policy = policy()) =>
  s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
export const setBlock = (s3: S3Client, PublicAccessBlockConfiguration: object) =>
  s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));

/** A local S3 with the bucket in it. */
export async function withBucket() {
  const aws = smallAws();
  await aws.s3.send(create(Bucket, "eu-west-1"));
  return aws;
}
