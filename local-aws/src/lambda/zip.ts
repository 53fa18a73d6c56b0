/** The deployment package: a zip from anybody, so its sizes and names are checked before anything is written. */
import { inflateRawSync } from "node:zlib";
import { type AsyncFlateStreamHandler, Unzip, type UnzipDecoder, unzipSync } from "fflate";
import { AwsError, notImplemented } from "../service.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ZIPPED = 50 * 1024 * 1024;
const MAX_UNZIPPED = 262_144_000;
const CHUNK = 64 * 1024;
/** The least that an entry takes in a zip's directory: more entries than that is a lie. */
const DIRECTORY_ENTRY = 46;
/** Lambda has no such limit. Here each file costs this machine an inode, and the process the time to make it. */
const MAX_FILES = 10_000;
/** What file systems take. */
const MAX_NAME = 1_024;
const MAX_SEGMENT = 255;

/** The files of a deployment package by name, or the error that Lambda refuses it with. */
export function filesOf(zip: Uint8Array): Map<string, Uint8Array> {
  if (zip.length > MAX_ZIPPED) throw tooLargeRequest();
  const entries = entriesOf(zip);
  if (entries.length === 0) throw invalid("Uploaded file must be a non-empty zip");
  if (entries.reduce((sum, { originalSize }) => sum + originalSize, 0) > MAX_UNZIPPED) throw tooLarge();
  const files = inflate(zip);
  if ([...files.keys()].some(name => isHostile(name, files))) throw unreadable();
  return files;
}

/** Reads the zip's directory only: a bomb is refused by what it declares, before a byte of it is inflated. */
function entriesOf(zip: Uint8Array): { originalSize: number }[] {
  const entries: { originalSize: number }[] = [];
  try {
    unzipSync(zip, {
      filter(entry) {
        entries.push(entry);
        if (entries.length * DIRECTORY_ENTRY > zip.length) throw unreadable();
        if (entries.length > MAX_FILES) throw tooMany();
        return false;
      },
    });
  } catch (error) {
    throw error instanceof AwsError ? error : unreadable();
  }
  return entries;
}

/** Inflates and stops at the limit: what the zip's directory declares need not be true. */
function inflate(zip: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let size = 0;
  let count = 0;
  const unzip = new Unzip(file => {
    if (++count > MAX_FILES) throw tooMany();
    if (file.name.endsWith("/")) return;
    const parts: Uint8Array[] = [];
    file.ondata = (error, part, final) => {
      if (error) throw error;
      size += part.length;
      if (size > MAX_UNZIPPED) throw tooLarge();
      parts.push(part);
      if (final) files.set(file.name, Buffer.concat(parts));
    };
    file.start();
  });
  unzip.register(BoundedInflate);
  try {
    for (let at = 0; at < zip.length; at += CHUNK)
      unzip.push(zip.subarray(at, at + CHUNK), at + CHUNK >= zip.length);
  } catch (error) {
    throw error instanceof AwsError ? error : unreadable();
  }
  return files;
}

/** Node's own inflate, because it can be told when to stop. */
class BoundedInflate implements UnzipDecoder {
  static compression = 8;
  ondata: AsyncFlateStreamHandler = () => {};
  readonly #parts: Uint8Array[] = [];

  push(part: Uint8Array, final: boolean): void {
    this.#parts.push(part);
    if (final) this.ondata(null, this.#inflate(), true);
  }

  #inflate(): Uint8Array<ArrayBuffer> {
    try {
      const parts = Buffer.concat(this.#parts);
      return inflateRawSync(parts, { maxOutputLength: MAX_UNZIPPED }) as Uint8Array<ArrayBuffer>;
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? tooLarge() : unreadable();
    }
  }
}

/** Whether a file would be written outside of the package's directory, or where another file is. */
function isHostile(name: string, files: Map<string, Uint8Array>): boolean {
  if (name.length > MAX_NAME || /[\\\0:]/.test(name)) return true;
  const segments = name.split("/");
  const parents = segments.map((_, depth) => segments.slice(0, depth).join("/"));
  return segments.some(isHostileSegment) || parents.some(parent => files.has(parent));
}

const isHostileSegment = (segment: string): boolean =>
  ["", ".", ".."].includes(segment) || Buffer.byteLength(segment) > MAX_SEGMENT;

const invalid = (message: string) =>
  new AwsError("InvalidParameterValueException", 400, message, { members: { Type: "User" } });

const unreadable = () =>
  invalid("Could not unzip uploaded file. Please check your file, then try to upload again.");

const tooMany = () => notImplemented(`deployment packages of more than ${MAX_FILES} files`);

const tooLarge = () => invalid(`Unzipped size must be smaller than ${MAX_UNZIPPED} bytes`);

const tooLargeRequest = () =>
  new AwsError("RequestEntityTooLargeException", 413, `The zip must be smaller than ${MAX_ZIPPED} bytes`);
