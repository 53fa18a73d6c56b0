/** Reads the input of an operation from where its members travel in a request: path, query, headers, body. */
import type { AwsRequest } from "../service.ts";
import { type Bindings, type BodyFormat, bindingsOf, rootOf } from "./bindings.ts";
import { memberAt, type Noticed, type Source, structureFrom, WrongType } from "./reading.ts";
import type { Match } from "./routes.ts";
import type { Member, Simple, Structure } from "./shape.ts";
import { readText } from "./text.ts";

/** Reads the input of the operation that a request was found to ask for. */
export function readInput(
  input: Structure,
  { route, labels }: Match,
  request: AwsRequest,
  format: BodyFormat,
  noticed: Noticed,
): Record<string, unknown> {
  const bindings = bindingsOf(input);
  const values = [
    ...readLabels(bindings, labels),
    ...readQuery(bindings, request.query, route.words, noticed),
    ...readHeaders(bindings, request.headers),
    ...readBody(input, bindings, request.body, format, noticed),
  ];
  return structureFrom(input, "", values, noticed);
}

const readLabels = ({ labels }: Bindings, given: Record<string, string>): [string, unknown][] =>
  labels.map(member => [
    member.name,
    readOne(member, { place: "path", name: member.name, text: decoded(member, given[member.name] ?? "") }),
  ]);

function decoded({ name }: Member, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(memberAt("", name), "The path is not well-formed.", { place: "path", name, text });
  }
}

function wrong(at: string, message: string, source: Source): WrongType {
  return Object.assign(new WrongType(at, message), { source });
}

/** A value that stands alone in the path, the query or a header. */
function readOne({ name, shape }: Member, source: Source): unknown {
  const at = memberAt("", name);
  try {
    return readText(shape as Simple, source.text, at, source.place === "header" ? "http-date" : "date-time");
  } catch (error) {
    throw error instanceof WrongType ? wrong(at, error.message, source) : error;
  }
}

function* readQuery(
  { query: bound, queryRest }: Bindings,
  query: URLSearchParams,
  words: readonly [string, string][],
  noticed: Noticed,
): Generator<[string, unknown]> {
  for (const { member, name } of bound) {
    const texts = query.getAll(name);
    if (texts.length > 0) yield [member.name, readMany(member, texts, { place: "query", name, text: "" })];
  }
  const taken = new Set(["x-id", ...bound.map(({ name }) => name), ...words.map(([word]) => word)]);
  const others = [...query].filter(([name]) => !taken.has(name));
  if (queryRest) yield [queryRest.name, Object.fromEntries(others)];
  else noticed.unknown.push(...others.map(([name]) => name));
}

/** A list comes as several parameters; of any other that comes more than once, the last counts. */
function readMany(member: Member, texts: string[], source: Source): unknown {
  const { shape } = member;
  if (shape.kind !== "list") return readOne(member, { ...source, text: texts.at(-1)! });
  return texts.map(text =>
    readOne({ ...shape.item, name: member.name, shape: shape.item.shape }, { ...source, text }),
  );
}

function* readHeaders(
  { headers: bound, prefixes }: Bindings,
  headers: Record<string, string>,
): Generator<[string, unknown]> {
  for (const { member, name } of bound) {
    const text = headers[name];
    if (text !== undefined) yield [member.name, readHeader(member, { place: "header", name, text })];
  }
  for (const { member, name } of prefixes) {
    const own = Object.entries(headers).filter(([header]) => header.startsWith(name));
    if (own.length > 0)
      yield [member.name, Object.fromEntries(own.map(([header, text]) => [header.slice(name.length), text]))];
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-13.1.3: a condition whose date is none is ignored. */
function readHeader(member: Member, source: Source): unknown {
  const { shape } = member;
  if (shape.kind === "timestamp" && Number.isNaN(Date.parse(source.text))) return undefined;
  if (shape.kind === "list") return readMany(member, source.text.split(/,\s*/), source);
  return readOne(member, source);
}

function readBody(
  input: Structure,
  { payload, document }: Bindings,
  body: Buffer,
  format: BodyFormat,
  noticed: Noticed,
): [string, unknown][] {
  if (body.length === 0) return [];
  if (!payload) {
    const read = format.read(document, input.traits.xmlName ?? input.name, body, "", noticed);
    return Object.entries(read ?? {});
  }
  if (payload.shape.kind === "blob") return [[payload.name, body]];
  if (payload.shape.kind === "string") return [[payload.name, body.toString()]];
  const read = format.read(payload.shape, rootOf(payload), body, memberAt("", payload.name), noticed);
  return [[payload.name, read]];
}
