/** Who may do what with a bucket. */
import { arnOf } from "../access/authorize.ts";
import { evaluate, isPublic } from "../policy/evaluate.ts";
import { type Judgement, judge } from "../policy/reason.ts";
import { AwsError, type Context } from "../service.ts";
import type { World } from "../world.ts";
import { s3Actions } from "./actions.ts";
import { accessDenied, noSuchBucket } from "./errors.ts";
import { type Bucket, blocks, bucketNamed } from "./state.ts";

/** What every operation on a bucket is told. */
interface OfBucket {
  Bucket: string;
  Key?: string;
  ExpectedBucketOwner?: string;
}

/**
 * An operation on a bucket that exists, in this region, and belongs to whom the caller thinks.
 * @param params what it takes besides the bucket and its owner
 * @param run what it does, once it is known that it may
 */
export const onBucket = <Input extends OfBucket, Output>(
  name: string,
  params: readonly (keyof Input)[],
  run: (bucket: Bucket, input: Input, context: Context) => Output,
) => ({
  params: ["Bucket" as const, "ExpectedBucketOwner" as const, ...params],
  run(input: Input, context: Context): Output {
    const bucket = bucketNamed(context.world, input.Bucket);
    if (!bucket) throw noSuchBucket(input.Bucket);
    checkOwner(bucket, input, context);
    // GetBucketLocation is how clients find out where a bucket is.
    if (bucket.region !== context.region && name !== "GetBucketLocation") throw elsewhere(bucket);
    checkPolicy(bucket, name, input, context);
    return run(bucket, input, context);
  },
});

function checkOwner(bucket: Bucket, input: OfBucket, { world }: Context): void {
  const expected = input.ExpectedBucketOwner;
  if (bucket.owner !== undefined && bucket.owner !== world.account) throw accessDenied();
  if (expected !== undefined && expected !== world.account) throw accessDenied();
}

/** What the bucket's own policy denies, not even the account's user may do. */
function checkPolicy(
  bucket: Bucket,
  operation: string,
  input: OfBucket,
  { world, caller, secure }: Context,
): void {
  if (bucket.policy === undefined) return;
  const action = `s3:${s3Actions[operation] ?? operation}`;
  const resource = [`arn:aws:s3:::${bucket.name}`, input.Key].filter(Boolean).join("/");
  const principal = { AWS: arnOf(world, caller) };
  if (evaluate(bucket.policy, { action, resource, principal, conditions: conditionsOf(secure) }) === "deny")
    throw accessDenied(
      `User: ${principal.AWS} is not authorized to perform: ${action} on resource: "${resource}" with an explicit deny in a resource-based policy`,
    );
}

const conditionsOf = (secure: boolean) => ({ "aws:SecureTransport": String(secure) });

/** The refusal of a bucket that is in another region than the request thinks. */
export const elsewhere = ({ name, region }: Bucket) =>
  new AwsError(
    "PermanentRedirect",
    301,
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    {
      members: { Endpoint: `s3.${region}.amazonaws.com`, Bucket: name },
      headers: { "x-amz-bucket-region": region },
    },
  );

/** Whether anybody at all may do something: the policy must say so and Block Public Access let it count. */
export const isOpen = (
  world: World,
  bucket: Bucket,
  secure: boolean,
  action: string,
  key?: string,
): boolean => judgePublic(world, bucket, secure, action, key).verdict === "allow";

/** What decides whether anybody at all may do something. */
export function judgePublic(
  world: World,
  bucket: Bucket,
  secure: boolean,
  action: string,
  key?: string,
): Judgement {
  const { policy, name } = bucket;
  if (policy !== undefined && isPublic(policy) && blocks(world, bucket, "RestrictPublicBuckets"))
    return { verdict: "none", why: BLOCKED, statements: [] };
  const resource = key === undefined ? `arn:aws:s3:::${name}` : `arn:aws:s3:::${name}/${key}`;
  const request = { action, resource, principal: "*" as const, conditions: conditionsOf(secure) };
  return judge(policy === undefined ? [] : [policy], request);
}

const BLOCKED =
  "Block Public Access (RestrictPublicBuckets) is on: the bucket's public policy does not count.";
