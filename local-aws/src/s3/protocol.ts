/** S3's wire protocol, REST XML: method, path and one word of the query name the operation. */

import {
  type AwsError,
  type AwsRequest,
  type Input,
  notImplemented,
  type Protocol,
  type WireResponse,
} from "../service.ts";
import { toXml, type Xml } from "../wire/xml.ts";
import { addressOf } from "./address.ts";
import { readBody } from "./body.ts";
import { decoded } from "./errors.ts";

export const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** What S3's operations return: a document by its root, or what else the response differs by. */
export interface S3Output {
  xml?: { [root: string]: Xml };
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

const OPERATIONS: Record<string, string> = {
  "GET /": "ListBuckets",
  "PUT /{Bucket}": "CreateBucket",
  "HEAD /{Bucket}": "HeadBucket",
  "DELETE /{Bucket}": "DeleteBucket",
  "GET /{Bucket}?location": "GetBucketLocation",
  "GET /{Bucket}?list-type=2": "ListObjectsV2",
  "GET /{Bucket}?versions": "ListObjectVersions",
  "POST /{Bucket}?delete": "DeleteObjects",
  "GET /{Bucket}?policyStatus": "GetBucketPolicyStatus",
  ...subresource("tagging", "BucketTagging"),
  ...subresource("policy", "BucketPolicy"),
  ...subresource("website", "BucketWebsite"),
  ...subresource("publicAccessBlock", "PublicAccessBlock"),
  ...subresource("ownershipControls", "BucketOwnershipControls"),
  "GET /{Bucket}?acl": "GetBucketAcl",
  "GET /{Bucket}?versioning": "GetBucketVersioning",
  "GET /{Bucket}?encryption": "GetBucketEncryption",
  "GET /{Bucket}?cors": "GetBucketCors",
  "GET /{Bucket}?logging": "GetBucketLogging",
  "GET /{Bucket}?lifecycle": "GetBucketLifecycleConfiguration",
  "GET /{Bucket}?replication": "GetBucketReplication",
  "GET /{Bucket}?requestPayment": "GetBucketRequestPayment",
  "GET /{Bucket}?accelerate": "GetBucketAccelerateConfiguration",
  "GET /{Bucket}?object-lock": "GetObjectLockConfiguration",
  "PUT /{Bucket}/{Key}": "PutObject",
  "GET /{Bucket}/{Key}": "GetObject",
  "HEAD /{Bucket}/{Key}": "HeadObject",
  "DELETE /{Bucket}/{Key}": "DeleteObject",
  "GET /{Bucket}/{Key}?tagging": "GetObjectTagging",
};

function subresource(word: string, name: string): Record<string, string> {
  return Object.fromEntries(
    ["Get", "Put", "Delete"].map(verb => [`${verb.toUpperCase()} /{Bucket}?${word}`, verb + name]),
  );
}

/** Parameters that travel in the query. Any other word there names a subresource. */
const IN_QUERY: Record<string, string> = {
  prefix: "Prefix",
  delimiter: "Delimiter",
  "encoding-type": "EncodingType",
  "max-keys": "MaxKeys",
  "continuation-token": "ContinuationToken",
  "start-after": "StartAfter",
  "fetch-owner": "FetchOwner",
  "key-marker": "KeyMarker",
  "version-id-marker": "VersionIdMarker",
  "max-buckets": "MaxBuckets",
  "bucket-region": "BucketRegion",
  versionId: "VersionId",
};

const IN_HEADERS: Record<string, string> = {
  "x-amz-expected-bucket-owner": "ExpectedBucketOwner",
  "x-amz-acl": "ACL",
  "x-amz-object-ownership": "ObjectOwnership",
  "x-amz-checksum-mode": "ChecksumMode",
  "if-match": "IfMatch",
  "if-none-match": "IfNoneMatch",
  "if-modified-since": "IfModifiedSince",
  "if-unmodified-since": "IfUnmodifiedSince",
  range: "Range",
};

/** Headers that PutObject keeps with the object. */
const KEPT = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
];

/** Headers that are about the request itself, and those that readBody has verified. */
const ABOUT_REQUEST =
  /^x-amz-(date|content-sha256|security-token|user-agent|sdk-checksum-algorithm|decoded-content-length|trailer|checksum-(?!mode).*)$/;

export const s3Protocol: Protocol = {
  parse(request) {
    const { bucket, key } = addressOf(request);
    const operation = operationOf(request, bucket, key);
    const { content, checksums } = readBody(request);
    const input: Input = { ...inQuery(request.query), ...inHeaders(request.headers) };
    if (bucket) input.Bucket = decoded(bucket);
    if (key) input.Key = decoded(key);
    if (operation === "PutObject")
      return {
        operation,
        input: { ...input, Body: content, Headers: keptHeaders(request.headers), Checksums: checksums },
      };
    return { operation, input: content.length > 0 ? { ...input, Body: content } : input };
  },

  answer(_call, output, requestId): WireResponse {
    const { xml, status, headers, body = "" } = output as S3Output;
    const common = { "content-type": "application/xml", ...idHeaders(requestId) };
    return {
      status: status ?? 200,
      headers: { ...common, ...headers },
      body: xml ? toXml(xml) : body,
    };
  },

  fail: failure,
};

/** An error as S3 answers it. */
export function failure(error: AwsError, requestId: string): WireResponse {
  const { code: Code, status, message: Message, extra } = error;
  const members = extra.members as { [name: string]: Xml } | undefined;
  return {
    status,
    headers: { "content-type": "application/xml", ...idHeaders(requestId), ...extra.headers },
    body:
      status === 304
        ? ""
        : toXml({ Error: { Code, Message, ...members, RequestId: requestId, HostId: "local" } }),
  };
}

const idHeaders = (requestId: string) => ({ "x-amz-request-id": requestId, "x-amz-id-2": "local" });

function operationOf({ method, query }: AwsRequest, bucket: string, key: string): string {
  const words = [...query.keys()].filter(word => word !== "x-id" && !Object.hasOwn(IN_QUERY, word));
  const word = words[0] === "list-type" ? `list-type=${query.get("list-type")}` : words[0];
  const path = key ? "/{Bucket}/{Key}" : bucket ? "/{Bucket}" : "/";
  const route = `${method} ${path}${word === undefined ? "" : `?${word}`}`;
  const operation = OPERATIONS[route];
  if (!operation || words.length > 1) throw notImplemented(`${route} of s3`);
  return operation;
}

function inQuery(query: URLSearchParams): Input {
  const known = [...query].filter(([name]) => Object.hasOwn(IN_QUERY, name));
  return Object.fromEntries(known.map(([name, value]) => [IN_QUERY[name], value]));
}

/** A header of S3's own that is not known stays under its name, so that it is refused. */
function inHeaders(headers: Record<string, string>): Input {
  const own = Object.entries(headers).filter(
    ([name]) =>
      Object.hasOwn(IN_HEADERS, name) ||
      (name.startsWith("x-amz-") && !name.startsWith("x-amz-meta-") && !ABOUT_REQUEST.test(name)),
  );
  return Object.fromEntries(own.map(([name, value]) => [IN_HEADERS[name] ?? name, value]));
}

function keptHeaders(headers: Record<string, string>): Record<string, string> {
  const kept = Object.entries(headers)
    .filter(([name]) => KEPT.includes(name) || name.startsWith("x-amz-meta-"))
    .map(([name, value]) => [name, name === "content-encoding" ? withoutChunking(value) : value])
    .filter(([, value]) => value !== "");
  return Object.fromEntries(kept);
}

/** aws-chunked is how the content came, not how it is kept. */
const withoutChunking = (encodings = ""): string =>
  encodings
    .split(/,\s*/)
    .filter(encoding => encoding !== "aws-chunked")
    .join(",");
