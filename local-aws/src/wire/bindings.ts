/** Where the members of an input and an output travel in HTTP: path, query, headers, status, body. */
import type { AwsRequest } from "../service.ts";
import { memberAt, memberNamed, type Noticed, type Source, structureFrom, WrongType } from "./reading.ts";
import type { Match } from "./routes.ts";
import type { Member, Shape, Simple, Structure } from "./schema.ts";
import { readText, writeText } from "./text.ts";

/** How the body is read and written: as JSON or XML. */
export interface BodyFormat {
  /** Reads a value whose root element, in XML, has that name. */
  read(shape: Shape, root: string, body: Buffer, at: string, noticed: Noticed): unknown;
  write(shape: Shape, root: string, value: unknown): string;
  contentType: string;
  /** The type of a body that is text of its own. */
  textType: string;
}

interface Bound {
  member: Member;
  /** The name on the wire. */
  name: string;
}

interface Bindings {
  labels: Member[];
  query: Bound[];
  /** Takes the rest of the query. */
  queryRest?: Member;
  headers: Bound[];
  prefixes: Bound[];
  payload?: Member;
  /** The members that are together the body's document. */
  document: Structure;
}

const known = new WeakMap<Structure, Bindings>();

/** Where each member of an input travels. */
export function bindingsOf(input: Structure): Bindings {
  const bindings = known.get(input) ?? bind(input);
  known.set(input, bindings);
  return bindings;
}

function bind(input: Structure): Bindings {
  const members = [...input.members.values()];
  const named = (trait: "httpQuery" | "httpHeader" | "httpPrefixHeaders"): Bound[] =>
    members.flatMap(member => (member.traits[trait] ? { member, name: member.traits[trait] } : []));
  const { queryRest, payload } = {
    queryRest: members.find(({ traits }) => traits.httpQueryParams),
    payload: members.find(({ traits }) => traits.httpPayload),
  };
  return {
    labels: members.filter(({ traits }) => traits.httpLabel),
    query: named("httpQuery"),
    queryRest,
    headers: named("httpHeader").map(({ member, name }) => ({ member, name: name.toLowerCase() })),
    prefixes: named("httpPrefixHeaders"),
    payload,
    document: without(input, ({ traits }) => isBound(traits, "request")),
  };
}

const IN_RESPONSES = ["httpHeader", "httpPrefixHeaders", "httpPayload", "httpResponseCode"];
const IN_REQUESTS = [...IN_RESPONSES, "httpLabel", "httpQuery", "httpQueryParams"];

/** Some outputs carry traits that have a meaning in requests only: RestApis.position. */
const isBound = (traits: object, where: "request" | "response"): boolean =>
  (where === "request" ? IN_REQUESTS : IN_RESPONSES).some(trait => trait in traits);

const without = (shape: Structure, taken: (member: Member) => boolean): Structure => ({
  ...shape,
  members: new Map([...shape.members].filter(([, member]) => !taken(member))),
  required: [],
});

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

/** The name of the root element of a payload. */
const rootOf = ({ name, traits, shape }: Member): string =>
  traits.xmlName ?? (shape.kind === "structure" ? (shape.traits.xmlName ?? shape.name) : name);

/** The parts of a response that an output makes. */
export interface Written {
  status?: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** Writes an output. */
export function writeOutput(shape: Structure, output: Record<string, unknown>, format: BodyFormat): Written {
  const written: Written = { headers: {}, body: "" };
  const inDocument: Record<string, unknown> = {};
  let payload: Member | undefined;
  for (const [name, value] of Object.entries(output)) {
    const member = memberNamed(shape, name);
    if (value === undefined || value === null) continue;
    if (!isBound(member.traits, "response")) inDocument[name] = value;
    else if (member.traits.httpPayload) payload = member;
    else writeBound(member, value, written);
  }
  if (payload) writePayload(payload, output[payload.name], format, written);
  else writeDocument(shape, inDocument, format, written);
  return written;
}

function writeBound({ traits, shape }: Member, value: unknown, written: Written): void {
  const { httpHeader, httpPrefixHeaders } = traits;
  if (traits.httpResponseCode) written.status = value as number;
  else if (httpHeader) written.headers[httpHeader.toLowerCase()] = headerText(shape, value);
  else
    for (const [name, text] of Object.entries(value as Record<string, string>))
      written.headers[(httpPrefixHeaders + name).toLowerCase()] = text;
}

const headerText = (shape: Shape, value: unknown): string =>
  shape.kind === "list" ? (value as unknown[]).join(", ") : writeText(shape as Simple, value, "http-date");

function writePayload(member: Member, value: unknown, format: BodyFormat, written: Written): void {
  const { kind } = member.shape;
  const [type, body] =
    kind === "blob"
      ? ["application/octet-stream", value as Uint8Array]
      : kind === "string"
        ? [format.textType, value as string]
        : [format.contentType, format.write(member.shape, rootOf(member), value)];
  written.headers["content-type"] ??= type;
  written.body = body;
}

const documents = new WeakMap<Structure, Structure>();

function writeDocument(
  shape: Structure,
  values: Record<string, unknown>,
  format: BodyFormat,
  written: Written,
) {
  const document = documents.get(shape) ?? without(shape, ({ traits }) => isBound(traits, "response"));
  documents.set(shape, document);
  if (document.members.size === 0 || [...shape.members.values()].some(({ traits }) => traits.httpPayload))
    return;
  written.headers["content-type"] ??= format.contentType;
  written.body = format.write(document, shape.traits.xmlName ?? shape.name, values);
}
