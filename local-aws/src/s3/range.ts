/** A part of an object. https://www.rfc-editor.org/rfc/rfc9110#section-14.2 */
import { AwsError } from "../service.ts";

export interface Range {
  start: number;
  /** The byte after the last. */
  end: number;
}

/**
 * The part that a Range header asks for; undefined for the whole, as of a header that is malformed or has several.
 * @throws InvalidRange when the object has no such part
 */
export function rangeOf(header: string | undefined, size: number): Range | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first !== "" && last !== "" && Number(first) > Number(last)) return undefined;
  const start = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  if (start >= end)
    throw new AwsError("InvalidRange", 416, "The requested range is not satisfiable", {
      members: { RangeRequested: header, ActualObjectSize: size },
      headers: { "content-range": `bytes */${size}` },
    });
  return { start, end };
}
