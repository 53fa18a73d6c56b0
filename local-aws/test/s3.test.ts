import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  DeleteBucketWebsiteCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetBucketWebsiteCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketCorsCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketTaggingCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { accountKey } from "../src/access/authorize.ts";
import { signed } from "../src/access/signer.ts";
import { s3State } from "../src/s3/state.ts";
import { ALL_ON, Bucket, create, withBucket } from "./buckets.ts";
import { ACCOUNT, refused, smallAws } from "./small-aws.ts";

test("a new bucket is as AWS makes them: all public access blocked, ACLs disabled, encrypted", async () => {
  const { s3 } = await withBucket();

  const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
  const ownership = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
  const location = await s3.send(new GetBucketLocationCommand({ Bucket }));
  const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
  const list = await s3.send(new ListBucketsCommand({}));

  assert.deepEqual(block.PublicAccessBlockConfiguration, ALL_ON);
  assert.deepEqual(ownership.OwnershipControls?.Rules, [{ ObjectOwnership: "BucketOwnerEnforced" }]);
  assert.equal(location.LocationConstraint, "eu-west-1");
  assert.equal(encryption.ServerSideEncryptionConfiguration?.Rules?.length, 1);
  assert.deepEqual(
    list.Buckets?.map(({ Name, BucketRegion }) => [Name, BucketRegion]),
    [[Bucket, "eu-west-1"]],
  );
});

test("a bucket's region is said in its configuration, except in us-east-1", async () => {
  const { s3, clients, answer, world } = smallAws();
  const east = clients("us-east-1").s3;
  const { id: accessKeyId, secret: secretAccessKey } = accountKey(world);
  const empty = { method: "PUT", url: `/${Bucket}`, headers: { host: "localhost" }, body: Buffer.alloc(0) };

  // The SDK fills in a location that is left out: only a request by hand can do without.
  const unspecified = await answer(
    await signed(empty, { service: "s3", region: "eu-west-1", accessKeyId, secretAccessKey }),
  );

  assert.equal(unspecified.status, 400);
  assert.match(`${unspecified.body}`, /IllegalLocationConstraintException.*The unspecified location/);
  await refused(s3.send(create(Bucket, "eu-central-1")), "IllegalLocationConstraintException", 400);
  await refused(east.send(create(Bucket, "us-east-1")), "InvalidLocationConstraint", 400);
  await east.send(create(Bucket));

  const { LocationConstraint } = await east.send(new GetBucketLocationCommand({ Bucket }));
  assert.ok(!LocationConstraint);
});

test("a bucket that is there already is the caller's own, or somebody else's", async () => {
  const { s3, world, clients } = await withBucket();
  const east = clients("us-east-1").s3;
  await east.send(create("east-bucket"));
  s3State(world).buckets.push({
    name: "taken",
    region: "eu-west-1",
    createdAt: 0,
    owner: "9",
    tags: [],
    objects: [],
  });

  await refused(s3.send(create(Bucket, "eu-west-1")), "BucketAlreadyOwnedByYou", 409);
  await refused(s3.send(create("taken", "eu-west-1")), "BucketAlreadyExists", 409);
  await east.send(create("east-bucket"));
  await refused(s3.send(create("east-bucket", "eu-west-1")), "BucketAlreadyOwnedByYou", 409);
});

test("names that S3 does not allow are refused", async () => {
  const { s3 } = smallAws();

  for (const name of ["ab", "Upper", "under_score", "a..b", "-ab", "1.2.3.4", "xn--a", "a-s3alias"])
    await refused(s3.send(create(name, "eu-west-1")), "InvalidBucketName", 400);
});

test("a bucket can be made with tags and an ownership", async () => {
  const { s3 } = smallAws();
  const Tags = [{ Key: "stack", Value: "a" }];
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" as const, Tags };

  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration, ObjectOwnership: "ObjectWriter" }),
  );

  assert.deepEqual((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet, Tags);
  const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
  assert.deepEqual(OwnershipControls?.Rules, [{ ObjectOwnership: "ObjectWriter" }]);
});

test("every call is refused when the bucket is not the expected owner's", async () => {
  const { s3, world } = await withBucket();
  const stranger = { Bucket, ExpectedBucketOwner: "999999999999" };

  await s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: ACCOUNT }));
  await refused(s3.send(new HeadBucketCommand(stranger)), "Unknown", 403);
  await refused(s3.send(new GetBucketTaggingCommand(stranger)), "AccessDenied", 403);
  await refused(s3.send(new PutObjectCommand({ ...stranger, Key: "k", Body: "v" })), "AccessDenied", 403);
  await refused(s3.send(new DeleteBucketCommand(stranger)), "AccessDenied", 403);
  Object.assign(s3State(world).buckets[0] ?? {}, { owner: "999999999999" });
  await refused(s3.send(new HeadBucketCommand({ Bucket })), "Unknown", 403);
  await refused(s3.send(new HeadBucketCommand(stranger)), "Unknown", 403);
});

test("a bucket that is missing, elsewhere or not empty says so", async () => {
  const { s3, clients } = await withBucket();
  const east = clients("us-east-1").s3;
  await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "v" }));

  await refused(s3.send(new HeadBucketCommand({ Bucket: "missing" })), "NotFound", 404);
  await refused(s3.send(new GetBucketTaggingCommand({ Bucket: "missing" })), "NoSuchBucket", 404);
  await refused(east.send(new GetBucketTaggingCommand({ Bucket })), "PermanentRedirect", 301);
  await east.send(new GetBucketLocationCommand({ Bucket }));
  await refused(s3.send(new DeleteBucketCommand({ Bucket })), "BucketNotEmpty", 409);
});

test("tags of a bucket are replaced as a whole", async () => {
  const { s3 } = await withBucket();
  const put = (...TagSet: { Key: string; Value: string }[]) =>
    s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  const get = async () => (await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet;

  await refused(get(), "NoSuchTagSet", 404);
  await put({ Key: "a", Value: "1" }, { Key: "b", Value: "" });
  await put({ Key: "c", Value: " x " });

  assert.deepEqual(await get(), [{ Key: "c", Value: " x " }]);
  await refused(put({ Key: "a", Value: "" }, { Key: "a", Value: "" }), "InvalidTag", 400);
  await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
  await refused(get(), "NoSuchTagSet", 404);
});

test("settings that were deleted are absent", async () => {
  const { s3 } = await withBucket();
  const website = { IndexDocument: { Suffix: "index.html" }, ErrorDocument: { Key: "error.html" } };
  const getWebsite = () => s3.send(new GetBucketWebsiteCommand({ Bucket }));

  await s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: website }));
  const { IndexDocument, ErrorDocument } = await getWebsite();
  await s3.send(new DeleteBucketWebsiteCommand({ Bucket }));
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));

  assert.deepEqual({ IndexDocument, ErrorDocument }, website);
  await refused(getWebsite(), "NoSuchWebsiteConfiguration", 404);
  const block = s3.send(new GetPublicAccessBlockCommand({ Bucket }));
  await refused(block, "NoSuchPublicAccessBlockConfiguration", 404);
});

test("what the local S3 does not know is refused by its name", async () => {
  const { s3 } = await withBucket();
  const put = (more: object) => s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "v", ...more }));
  const CORSRules = [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }];
  const ObjectOwnership = "Nobody" as "ObjectWriter";

  await refused(put({ ACL: "public-read" }), "NotImplemented", 501, /ACL/);
  await refused(put({ ServerSideEncryption: "aws:kms" }), "NotImplemented", 501, /encryption aws:kms/);
  await refused(put({ StorageClass: "GLACIER" }), "NotImplemented", 501, /storage class GLACIER/);
  await refused(
    put({ WebsiteRedirectLocation: "/other" }),
    "NotImplemented",
    501,
    /WebsiteRedirectLocation of s3:PutObject/,
  );
  await refused(
    s3.send(create("other", "eu-west-1", { ACL: "public-read" })),
    "NotImplemented",
    501,
    /ACL public-read/,
  );
  const cors = s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
  await refused(cors, "NotImplemented", 501, /s3:PutBucketCors/);
  const OwnershipControls = { Rules: [{ ObjectOwnership }] };
  const ownership = s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
  await refused(ownership, "MalformedXML", 400);
});
