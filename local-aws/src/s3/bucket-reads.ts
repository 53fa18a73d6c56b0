/** Settings of buckets that cannot be changed here: what AWS answers for a bucket that never had them set. */
import type * as sdk from "@aws-sdk/client-s3";
import { AwsError } from "../service.ts";
import type { Operations } from "../wire/operations.ts";
import { onBucket } from "./access.ts";

const never = (code: string, message: string) => (): never => {
  throw new AwsError(code, 404, message);
};

export const bucketReads: Operations<typeof sdk> = {
  GetBucketAcl: onBucket("GetBucketAcl", [], (_bucket, _input, { world }) => ({
    Owner: { ID: world.account },
    Grants: [{ Grantee: { Type: "CanonicalUser", ID: world.account }, Permission: "FULL_CONTROL" }],
  })),
  GetBucketVersioning: onBucket("GetBucketVersioning", [], () => ({})),
  GetBucketLogging: onBucket("GetBucketLogging", [], () => ({})),
  GetBucketAccelerateConfiguration: onBucket("GetBucketAccelerateConfiguration", [], () => ({})),
  GetBucketRequestPayment: onBucket("GetBucketRequestPayment", [], () => ({ Payer: "BucketOwner" })),
  GetBucketEncryption: onBucket("GetBucketEncryption", [], () => ({
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }],
    },
  })),
  GetBucketCors: onBucket(
    "GetBucketCors",
    [],
    never("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
  ),
  GetBucketLifecycleConfiguration: onBucket(
    "GetBucketLifecycleConfiguration",
    [],
    never("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
  ),
  GetBucketReplication: onBucket(
    "GetBucketReplication",
    [],
    never("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
  ),
  GetObjectLockConfiguration: onBucket(
    "GetObjectLockConfiguration",
    [],
    never("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"),
  ),
};
