/** Static websites on S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html */
import { randomUUID } from "node:crypto";
import { websiteIn } from "../hosts.ts";
import { AwsError, type WireRequest, type WireResponse } from "../service.ts";
import { element, escaped } from "../wire/xml-output.ts";
import type { World } from "../world.ts";
import { decoded, noSuchBucket, noWebsite } from "./errors.ts";
import { contentOf, openObject } from "./open.ts";
import { redirected, redirectedAfter } from "./redirects.ts";
import { type Bucket, bucketNamed, objectAt, type Website } from "./state.ts";

/** Serves a bucket's website when the request's host names one. */
export function serveWebsite(world: World, request: WireRequest): WireResponse | undefined {
  const { name, region } = websiteIn(request) ?? {};
  if (name === undefined) return undefined;
  const bucket = bucketNamed(world, name);
  const website = bucket?.website;
  try {
    if (!bucket) throw noSuchBucket(name);
    if (region !== undefined && region !== bucket.region) throw elsewhere();
    if (!website) throw noWebsite();
    return servePage(world, bucket, website, request);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return errorDocument(world, bucket, website, error) ?? errorPage(error);
  }
}

const elsewhere = () =>
  new AwsError(
    "IncorrectEndpoint",
    400,
    "The specified bucket exists in another region. Please direct requests to the specified endpoint.",
  );

function servePage(world: World, bucket: Bucket, website: Website, request: WireRequest): WireResponse {
  if (!["GET", "HEAD"].includes(request.method))
    throw new AwsError("MethodNotAllowed", 405, "The specified method is not allowed against this resource.");
  const path = decoded(request.url.split("?")[0] ?? "/").slice(1);
  try {
    return redirected(website, request, path) ?? serveObject(world, bucket, path, website, request);
  } catch (error) {
    const elsewhere = error instanceof AwsError && redirectedAfter(error.status, website, request, path);
    if (elsewhere) return elsewhere;
    throw error;
  }
}

function serveObject(
  world: World,
  bucket: Bucket,
  path: string,
  { indexSuffix = "" }: Website,
  request: WireRequest,
): WireResponse {
  const isFolder = path === "" || path.endsWith("/");
  const key = isFolder ? path + indexSuffix : path;
  if (!objectAt(bucket, key) && !isFolder && objectAt(bucket, `${key}/${indexSuffix}`))
    return { status: 302, headers: { location: `/${encodeURI(key)}/` }, body: "" };
  return contentOf(openObject(world, bucket, key, PLAIN), request);
}

/** Website endpoints speak plain HTTP: what a policy denies without TLS, they do not get. */
const PLAIN = false;

/** The page that the website has for errors of the visitor, with the error's own status. */
function errorDocument(
  world: World,
  bucket: Bucket | undefined,
  website: Website | undefined,
  error: AwsError,
): WireResponse | undefined {
  if (!bucket || website?.errorKey === undefined || error.status < 400) return undefined;
  try {
    const object = openObject(world, bucket, website.errorKey, PLAIN);
    const page = contentOf(object, { method: "GET", url: "/", headers: {}, body: Buffer.alloc(0) });
    return { ...page, status: error.status };
  } catch (failure) {
    if (failure instanceof AwsError) return undefined;
    throw failure;
  }
}

const STATUS_TEXT: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  412: "Precondition Failed",
};

/** The page that S3 makes itself. */
function errorPage(error: AwsError): WireResponse {
  if (error.status === 304) return { status: 304, headers: error.extra.headers ?? {}, body: "" };
  const heading = `${error.status} ${STATUS_TEXT[error.status]}`;
  const members = {
    Code: error.code,
    Message: error.message,
    ...error.extra.members,
    RequestId: randomUUID(),
    HostId: "local",
  };
  const items = Object.entries(members).map(([name, value]) => element("li", escaped(`${name}: ${value}`)));
  const head = element("head", element("title", escaped(heading)));
  const parts = [element("h1", escaped(heading)), element("ul", items.join("")), element("hr", "")];
  const page = element("html", head + element("body", parts.join("")));
  return { status: error.status, headers: { "content-type": "text/html; charset=utf-8" }, body: page };
}
