/** JSON documents by their shapes. */
import { itemAt, memberAt, memberNamed, type Noticed, structureFrom, WrongType } from "./reading.ts";
import type { Dictionary, Member, Shape, Structure } from "./shape.ts";
import { dateOf, isoText, timeIn } from "./text.ts";

type Json = Record<string, unknown>;

/** Parses a document; an empty one has no members. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new WrongType("", "The body is not JSON.");
  }
}

/** Reads a value of the shape. What is null is absent. */
export function readJson(shape: Shape, json: unknown, at: string, noticed: Noticed): unknown {
  if (json === null || json === undefined) return undefined;
  switch (shape.kind) {
    case "structure":
      return readStructure(shape, json, at, noticed);
    case "list":
      return readList(shape.item, json, at, noticed);
    case "map":
      return readMap(shape, json, at, noticed);
    default:
      return readSimple(shape.kind, json, at);
  }
}

function readStructure(shape: Structure, json: unknown, at: string, noticed: Noticed) {
  const wireNames = wireNamesOf(shape);
  const values: [string, unknown][] = [];
  for (const [name, value] of Object.entries(objectOf(json, at))) {
    const member = wireNames.get(name);
    if (member) values.push([member.name, readJson(member.shape, value, memberAt(at, member.name), noticed)]);
    else if (value !== null) noticed.unknown.push(at === "" ? name : `${at}.${name}`);
  }
  return structureFrom(shape, at, values, noticed);
}

const known = new WeakMap<Structure, Map<string, Member>>();

/** The members by their names in JSON. */
function wireNamesOf(shape: Structure): Map<string, Member> {
  const names =
    known.get(shape) ??
    new Map([...shape.members.values()].map(member => [member.traits.jsonName ?? member.name, member]));
  known.set(shape, names);
  return names;
}

/** A value that has members. */
export function objectOf(json: unknown, at: string): Json {
  if (Array.isArray(json)) throw new WrongType(at, "Start of list found where not expected");
  if (typeof json !== "object") throw new WrongType(at, "Unexpected value type in payload");
  return json as Json;
}

function readList(item: Member, json: unknown, at: string, noticed: Noticed): unknown[] {
  if (Array.isArray(json))
    return json
      .map((value, index) => readJson(item.shape, value, itemAt(at, index), noticed))
      .filter(value => value !== undefined);
  if (typeof json === "object") throw new WrongType(at, "Start of structure or map found where not expected");
  throw new WrongType(at, "Expected list or null");
}

function readMap({ value: { shape } }: Dictionary, json: unknown, at: string, noticed: Noticed) {
  const entries = Object.entries(objectOf(json, at)).map(([key, value]) => [
    key,
    readJson(shape, value, `${at}.${key}.member`, noticed),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const WANTED = { string: "String", number: "Integer", boolean: "Boolean", blob: "Blob", timestamp: "Date" };

function readSimple(kind: keyof typeof WANTED | "document", json: unknown, at: string): unknown {
  if (kind === "document") return json;
  if (Array.isArray(json)) throw new WrongType(at, "Start of list found where not expected");
  if (typeof json === "object") throw new WrongType(at, "Start of structure or map found where not expected");
  if (kind === "timestamp" && typeof json === "number") return dateOf(json * 1000, at);
  if (kind === "blob" && typeof json === "string") return Buffer.from(json, "base64");
  if (typeof json === kind) return json;
  throw new WrongType(at, `${tokenOf(json)} can not be converted to ${article(WANTED[kind])}`);
}

/** What AWS's parser calls a value. */
function tokenOf(json: unknown): string {
  if (typeof json === "string") return "STRING_VALUE";
  if (typeof json === "boolean") return json ? "TRUE_VALUE" : "FALSE_VALUE";
  return Number.isInteger(json) ? "NUMBER_VALUE" : "DECIMAL_VALUE";
}

const article = (noun: string) => `${/^[AEIOU]/.test(noun) ? "an" : "a"} ${noun}`;

/** A value of the shape as JSON. */
export function toJson(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case "structure":
      return structureToJson(shape, value as Json);
    case "list":
      return (value as unknown[]).map(item => toJson(shape.item.shape, item));
    case "map":
      return Object.fromEntries(
        Object.entries(value as Json).map(([key, item]) => [key, toJson(shape.value.shape, item)]),
      );
    case "timestamp":
      return timeToJson(timeIn(shape.kind, value), shape.format);
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    default:
      return value instanceof Date ? timeIn(shape.kind, value) : value;
  }
}

function structureToJson(shape: Structure, value: Json): Json {
  const json: Json = {};
  for (const [name, content] of Object.entries(value)) {
    const member = memberNamed(shape, name);
    json[member.traits.jsonName ?? name] = toJson(member.shape, content);
  }
  return json;
}

const timeToJson = (time: Date, format = "epoch-seconds") =>
  format === "epoch-seconds"
    ? time.getTime() / 1000
    : format === "http-date"
      ? time.toUTCString()
      : isoText(time);
