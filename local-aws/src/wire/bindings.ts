/** Where the members of an input and an output travel in HTTP: path, query, headers, status, body. */
import type { Noticed } from "./reading.ts";
import type { Member, Shape, Structure } from "./shape.ts";

/** How the body is read and written: as JSON or XML. */
export interface BodyFormat {
  /** Reads a value whose root element, in XML, has that name. */
  read(shape: Shape, root: string, body: Buffer, at: string, noticed: Noticed): unknown;
  write(shape: Shape, root: string, value: unknown): string;
  contentType: string;
  /** The type of a body that is text of its own. */
  textType: string;
}

/** A member that has a place of its own. */
export interface Bound {
  member: Member;
  /** The name on the wire. */
  name: string;
}

/** Where each member of an input travels. */
export interface Bindings {
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

/** The places of an input's members: made when they are first asked for. */
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
export const isBound = (traits: object, where: "request" | "response"): boolean =>
  (where === "request" ? IN_REQUESTS : IN_RESPONSES).some(trait => trait in traits);

/** A structure less the members that travel elsewhere. */
export const without = (shape: Structure, taken: (member: Member) => boolean): Structure => ({
  ...shape,
  members: new Map([...shape.members].filter(([, member]) => !taken(member))),
  required: [],
});

/** The name of the root element of a payload. */
export const rootOf = ({ name, traits, shape }: Member): string =>
  traits.xmlName ?? (shape.kind === "structure" ? (shape.traits.xmlName ?? shape.name) : name);
