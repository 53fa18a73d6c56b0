import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { type S3State, s3State } from "../src/s3/state.ts";
import { ALL_OFF, Bucket, policy, putPolicy, setBlock, withBucket } from "./buckets.ts";
import { ACCOUNT, refused } from "./small-aws.ts";

test("a public policy is refused while the bucket or the account blocks it", async () => {
  const { s3, world } = await withBucket();
  const state: S3State = s3State(world);

  await refused(putPolicy(s3), "AccessDenied", 403, /BlockPublicPolicy/);
  await setBlock(s3, { BlockPublicAcls: true });
  state.accountBlockPublicAccess = { ...ALL_OFF, BlockPublicPolicy: true };
  await refused(putPolicy(s3), "AccessDenied", 403, /BlockPublicPolicy/);
  state.accountBlockPublicAccess = undefined;
  await putPolicy(s3);

  const status = await s3.send(new GetBucketPolicyStatusCommand({ Bucket }));
  assert.equal(status.PolicyStatus?.IsPublic, true);
  const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
  assert.equal(Policy, policy());
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
  await refused(s3.send(new GetBucketPolicyCommand({ Bucket })), "NoSuchBucketPolicy", 404);
});

test("a policy that is not public is accepted while all is blocked", async () => {
  const { s3 } = await withBucket();

  await putPolicy(s3, policy({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }));

  const status = await s3.send(new GetBucketPolicyStatusCommand({ Bucket }));
  assert.equal(status.PolicyStatus?.IsPublic, false);
});

test("a policy that is no bucket policy is refused", async () => {
  const { s3 } = await withBucket();

  for (const wrong of [
    "no JSON",
    policy({ Principal: undefined }),
    policy({ Resource: "arn:aws:s3:::other/*" }),
    policy({ Resource: `arn:aws:s3:::${Bucket}` }),
    policy({ Action: "dynamodb:PutItem" }),
  ])
    await refused(putPolicy(s3, wrong), "MalformedPolicy", 400);
});

test("what the bucket's policy denies is denied to the account too", async () => {
  const { s3 } = await withBucket();
  await putPolicy(s3, policy({ Effect: "Deny", Action: "s3:PutObject" }));

  const put = s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "v" }));

  await refused(put, "AccessDenied", 403, /explicit deny in a resource-based policy/);
});
