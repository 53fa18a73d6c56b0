/** Simple values as text: in a path, a query, a header, a form or an element of XML. */
import { WrongType } from "./reading.ts";
import type { Simple, TimeFormat } from "./shape.ts";

/** Reads a value. The format is that of timestamps where the schema does not say another. */
export function readText({ kind, format }: Simple, text: string, at: string, times: TimeFormat): unknown {
  switch (kind) {
    case "number":
      return readNumber(text, at);
    case "boolean":
      return readBoolean(text, at);
    case "timestamp":
      return readTime(text, at, format ?? times);
    case "blob":
      return Buffer.from(text, "base64");
    default:
      return text;
  }
}

function readNumber(text: string, at: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number))
    throw new WrongType(at, "STRING_VALUE can not be converted to an Integer");
  return number;
}

function readBoolean(text: string, at: string): boolean {
  const lower = text.trim().toLowerCase();
  if (lower !== "true" && lower !== "false")
    throw new WrongType(at, "STRING_VALUE can not be converted to a Boolean");
  return lower === "true";
}

function readTime(text: string, at: string, format: TimeFormat): Date {
  const time = format === "epoch-seconds" ? readNumber(text, at) * 1000 : Date.parse(text);
  return dateOf(time, at);
}

/** The date of a moment in milliseconds, if there is such a date. */
export function dateOf(time: number, at: string): Date {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) throw new WrongType(at, "Unparseable date value");
  return date;
}

/** Writes a value. */
export function writeText({ kind, format }: Simple, value: unknown, times: TimeFormat): string {
  if (kind === "timestamp" || value instanceof Date) return writeTime(timeIn(kind, value), format ?? times);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return String(value);
}

/** A moment, where one is to be answered and nowhere else: text of ours would be taken for AWS's format. */
export function timeIn(kind: string, value: unknown): Date {
  if (kind === "timestamp" && value instanceof Date) return value;
  throw new Error(`An operation returned ${value} where AWS has a ${kind}.`);
}

function writeTime(time: Date, format: TimeFormat): string {
  if (format === "epoch-seconds") return String(time.getTime() / 1000);
  return format === "http-date" ? time.toUTCString() : isoText(time);
}

/** Whole seconds are written as such. */
export const isoText = (time: Date): string => time.toISOString().replace(".000Z", "Z");
