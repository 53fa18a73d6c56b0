/** S3's uploads in parts. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
import { createHash, randomBytes } from "node:crypto";
import type * as sdk from "@aws-sdk/client-s3";
import { AwsError, notImplemented } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { onBucket } from "./access.ts";
import { invalidArgument } from "./errors.ts";
import { CHECKSUMS, headersOf, KEPT_MEMBERS } from "./metadata.ts";
import { contentOf, store } from "./objects.ts";
import type { Bucket, Upload } from "./state.ts";

const SMALLEST_PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;

export const multipartOperations: Operations<typeof sdk> = {
  CreateMultipartUpload: onBucket(
    "CreateMultipartUpload",
    ["Key", ...KEPT_MEMBERS, "ChecksumType"],
    (bucket, input) => {
      const UploadId = randomBytes(32).toString("base64url");
      const upload = { key: input.Key, begunAt: Date.now(), headers: headersOf(input), parts: {} };
      bucket.uploads = { ...bucket.uploads, [UploadId]: upload };
      return { Bucket: bucket.name, Key: input.Key, UploadId };
    },
  ),
  UploadPart: onBucket(
    "UploadPart",
    ["Key", "UploadId", "PartNumber", "Body", "ContentLength", ...CHECKSUMS],
    (bucket, input) => {
      const { PartNumber: number } = input;
      if (number < 1 || number > MOST_PARTS)
        throw invalidArgument(
          `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`,
          "partNumber",
          `${number}`,
        );
      const content = (input.Body as Buffer | undefined) ?? Buffer.alloc(0);
      const etag = `"${createHash("md5").update(content).digest("hex")}"`;
      uploadOf(bucket, input).parts[number] = { body: content.toString("base64"), etag };
      return { ETag: etag };
    },
  ),
  CompleteMultipartUpload: onBucket(
    "CompleteMultipartUpload",
    ["Key", "UploadId", "MultipartUpload", "ChecksumType"],
    complete,
  ),
  AbortMultipartUpload: onBucket("AbortMultipartUpload", ["Key", "UploadId"], (bucket, input) => {
    uploadOf(bucket, input);
    delete bucket.uploads?.[input.UploadId];
  }),
};

interface Named {
  Key: string;
  UploadId: string;
}

function uploadOf({ uploads = {} }: Bucket, { Key, UploadId }: Named): Upload {
  const upload = Object.hasOwn(uploads, UploadId) ? uploads[UploadId] : undefined;
  if (upload?.key === Key) return upload;
  throw new AwsError(
    "NoSuchUpload",
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { members: { UploadId } },
  );
}

function complete(bucket: Bucket, input: Given<sdk.CompleteMultipartUploadCommandInput>) {
  const { Key, UploadId, MultipartUpload } = input;
  if (input.ChecksumType === "COMPOSITE") throw notImplemented("composite checksums of s3");
  const upload = uploadOf(bucket, input);
  const parts = partsOf(upload, MultipartUpload?.Parts ?? []);
  const digests = parts.map(({ etag }) => Buffer.from(etag.slice(1, -1), "hex"));
  const digest = createHash("md5").update(Buffer.concat(digests)).digest("hex");
  const { etag } = store(bucket, {
    key: Key,
    content: Buffer.concat(parts.map(contentOf)),
    etag: `"${digest}-${parts.length}"`,
    headers: upload.headers,
  });
  delete bucket.uploads?.[UploadId];
  return { Bucket: bucket.name, Key, ETag: etag, Location: `/${bucket.name}/${Key}` };
}

function partsOf(upload: Upload, wanted: Given<sdk.CompletedPart>[]): Upload["parts"][number][] {
  const numbers = wanted.map(({ PartNumber = 0 }) => PartNumber);
  if (numbers.some((number, at) => at > 0 && number <= numbers[at - 1]!))
    throw new AwsError(
      "InvalidPartOrder",
      400,
      "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
    );
  const parts = wanted.map(({ PartNumber = 0, ETag = "" }) => partOf(upload, PartNumber, ETag));
  if (parts.length === 0) throw invalidPart();
  if (parts.slice(0, -1).some(part => contentOf(part).length < SMALLEST_PART))
    throw new AwsError(
      "EntityTooSmall",
      400,
      "Your proposed upload is smaller than the minimum allowed size",
    );
  return parts;
}

function partOf({ parts }: Upload, number: number, etag: string) {
  const part = parts[number];
  if (!part || part.etag.replaceAll('"', "") !== etag.replaceAll('"', "")) throw invalidPart();
  return part;
}

const invalidPart = () =>
  new AwsError(
    "InvalidPart",
    400,
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  );
