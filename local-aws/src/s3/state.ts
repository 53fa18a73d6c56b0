/** What S3 keeps. */
import type { RedirectAllRequestsTo, RoutingRule } from "@aws-sdk/client-s3";
import type { Tag } from "../iam/state.ts";
import type { World } from "../world.ts";

export interface PublicAccessBlock {
  BlockPublicAcls: boolean;
  IgnorePublicAcls: boolean;
  BlockPublicPolicy: boolean;
  RestrictPublicBuckets: boolean;
}

export const OBJECT_OWNERSHIPS = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];

/** Either all requests are redirected, or there is an index document. */
export interface Website {
  indexSuffix?: string;
  errorKey?: string;
  rules?: RoutingRule[];
  redirectAll?: RedirectAllRequestsTo;
}

export interface StoredObject {
  key: string;
  /** The content in base64. */
  body: string;
  size: number;
  /** With its quotation marks. */
  etag: string;
  lastModified: number;
  /** Content-Type, Cache-Control and other headers to answer with, x-amz-meta-* among them. */
  headers: Record<string, string>;
  /** x-amz-checksum-* as they came with the object. */
  checksums: Record<string, string>;
  tags?: Tag[];
}

/** An upload whose parts are still coming. */
export interface Upload {
  key: string;
  begunAt: number;
  headers: Record<string, string>;
  parts: { [number: number]: { body: string; etag: string } };
}

export interface Bucket {
  name: string;
  region: string;
  createdAt: number;
  /** Another account, which owns this bucket; absent for those of this one. */
  owner?: string;
  objectOwnership?: string;
  publicAccessBlock?: PublicAccessBlock;
  tags: Tag[];
  policy?: string;
  website?: Website;
  objects: StoredObject[];
  /** By their ids. */
  uploads?: { [id: string]: Upload };
}

export interface S3State {
  buckets: Bucket[];
  /** Block Public Access of the whole account, which outweighs each bucket's. */
  accountBlockPublicAccess?: PublicAccessBlock;
}

/** All buckets of all accounts that the world has. */
export const s3State = (world: World): S3State => world.state<S3State>("s3", () => ({ buckets: [] }));

/** A bucket by its name, whoever owns it. */
export const bucketNamed = (world: World, name: string): Bucket | undefined =>
  s3State(world).buckets.find(bucket => bucket.name === name);

/** An object of a bucket by its key. */
export const objectAt = (bucket: Bucket, key: string): StoredObject | undefined =>
  bucket.objects.find(object => object.key === key);

/** Whether a setting of Block Public Access holds for a bucket, by itself or for the account. */
export const blocks = (world: World, bucket: Bucket, setting: keyof PublicAccessBlock): boolean =>
  Boolean(bucket.publicAccessBlock?.[setting] || s3State(world).accountBlockPublicAccess?.[setting]);
