/** What S3 keeps beside an object's content: headers to answer with, x-amz-meta-*, checksums. */
import type * as sdk from "@aws-sdk/client-s3";
import type { Given } from "../wire/operations.ts";
import type { StoredObject } from "./state.ts";

/** The members of an input and an output that are headers kept as they came. */
const KEPT = {
  ContentType: "content-type",
  CacheControl: "cache-control",
  ContentDisposition: "content-disposition",
  ContentEncoding: "content-encoding",
  ContentLanguage: "content-language",
} as const;

/** The members of an input that say what is kept beside the content. */
export const KEPT_MEMBERS = [
  "CacheControl",
  "ContentDisposition",
  "ContentEncoding",
  "ContentLanguage",
  "ContentType",
  "Expires",
  "Metadata",
] as const;

/** The checksums that can be verified here. */
export const CHECKSUMS = ["ChecksumCRC32", "ChecksumSHA1", "ChecksumSHA256"] as const;

const META = "x-amz-meta-";

const checksumHeader = (member: (typeof CHECKSUMS)[number]) =>
  `x-amz-checksum-${member.slice("Checksum".length).toLowerCase()}`;

/** The headers to keep with an object. */
export function headersOf(
  input: Pick<Given<sdk.PutObjectCommandInput>, (typeof KEPT_MEMBERS)[number]>,
): Record<string, string> {
  const kept = Object.entries(KEPT).map(([member, header]) => [header, input[member as keyof typeof KEPT]]);
  const meta = Object.entries(input.Metadata ?? {}).map(([name, text]) => [META + name.toLowerCase(), text]);
  const all = [...kept, ["expires", input.Expires?.toUTCString()], ...meta];
  return Object.fromEntries(all.filter(([, text]) => text));
}

/** The checksums that came with an object, by header. */
export const checksumsOf = (input: Partial<Given<sdk.PutObjectCommandInput>>): Record<string, string> =>
  Object.fromEntries(
    CHECKSUMS.flatMap(member => (input[member] ? [[checksumHeader(member), input[member]]] : [])),
  );

/** An object as GetObject and HeadObject describe it; with its checksums if they are asked for. */
export function described({ headers, ...object }: StoredObject, mode?: sdk.ChecksumMode) {
  const kept = Object.entries(KEPT).map(([member, header]) => [member, headers[header]]);
  const meta = Object.entries(headers).filter(([name]) => name.startsWith(META));
  return {
    ...(Object.fromEntries(kept) as { [Member in keyof typeof KEPT]?: string }),
    Expires: headers.expires === undefined ? undefined : new Date(headers.expires),
    Metadata: Object.fromEntries(meta.map(([name, text]) => [name.slice(META.length), text])),
    ContentLength: object.size,
    ETag: object.etag,
    LastModified: new Date(object.lastModified),
    ServerSideEncryption: "AES256" as const,
    AcceptRanges: "bytes",
    TagCount: object.tags?.length || undefined,
    ...(mode === "ENABLED" && checksumMembers(object)),
  };
}

/** The checksums of an object, as members of an output. */
export function checksumMembers({ checksums }: Pick<StoredObject, "checksums">) {
  const found = CHECKSUMS.flatMap(member => {
    const text = checksums[checksumHeader(member)];
    return text === undefined ? [] : [[member, text]];
  });
  if (found.length === 0) return {};
  const members = Object.fromEntries(found) as { [Member in (typeof CHECKSUMS)[number]]?: string };
  return { ...members, ChecksumType: "FULL_OBJECT" as const };
}
