/** Settings of buckets that cannot be changed here: what AWS answers for a bucket that never had them set. */

import { AwsError, type Operation } from "../service.ts";
import type { Xml } from "../wire/xml.ts";
import { onBucket } from "./access.ts";
import { NAMESPACE } from "./protocol.ts";

const always = (
  operation: string,
  root: string,
  content: { [name: string]: Xml },
): Record<string, Operation> => ({
  [operation]: onBucket(operation, [], () => ({ xml: { [root]: { "@xmlns": NAMESPACE, ...content } } })),
});

const never = (operation: string, code: string, message: string): Record<string, Operation> => ({
  [operation]: onBucket(operation, [], () => {
    throw new AwsError(code, 404, message);
  }),
});

const SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";

export const bucketReads: Record<string, Operation> = {
  GetBucketAcl: onBucket("GetBucketAcl", [], (_bucket, _input, { world }) => {
    const Grantee = { "@xmlns:xsi": SCHEMA_INSTANCE, "@xsi:type": "CanonicalUser", ID: world.account };
    return {
      xml: {
        AccessControlPolicy: {
          "@xmlns": NAMESPACE,
          Owner: { ID: world.account },
          AccessControlList: { Grant: { Grantee, Permission: "FULL_CONTROL" } },
        },
      },
    };
  }),
  ...always("GetBucketVersioning", "VersioningConfiguration", {}),
  ...always("GetBucketLogging", "BucketLoggingStatus", {}),
  ...always("GetBucketAccelerateConfiguration", "AccelerateConfiguration", {}),
  ...always("GetBucketRequestPayment", "RequestPaymentConfiguration", { Payer: "BucketOwner" }),
  ...always("GetBucketEncryption", "ServerSideEncryptionConfiguration", {
    Rule: {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
      BucketKeyEnabled: false,
    },
  }),
  ...never("GetBucketCors", "NoSuchCORSConfiguration", "The CORS configuration does not exist"),
  ...never(
    "GetBucketLifecycleConfiguration",
    "NoSuchLifecycleConfiguration",
    "The lifecycle configuration does not exist",
  ),
  ...never(
    "GetBucketReplication",
    "ReplicationConfigurationNotFoundError",
    "The replication configuration was not found",
  ),
  ...never(
    "GetObjectLockConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "Object Lock configuration does not exist for this bucket",
  ),
};
