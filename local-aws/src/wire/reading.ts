/** What is noticed while an input is read: a wrong type ends it, the rest is told when it has been read. */
import type { Member, Structure } from "./shape.ts";

/** A value of another type than its member's. */
export class WrongType extends Error {
  override name = "WrongType";
  /** "tags.1.member.key", as AWS words it; empty for the input as a whole. */
  readonly at: string;
  /** Where in the request the value stood, if not in its body: "max-keys" in the query is "ten". */
  source?: Source;

  constructor(at: string, message: string) {
    super(message);
    this.at = at;
  }
}

export interface Source {
  place: "path" | "query" | "header";
  name: string;
  text: string;
}

/** Members that the schema does not know, and those that are missing. */
export interface Noticed {
  unknown: string[];
  missing: string[];
}

/** The place of a member in its structure, in AWS's words. */
export const memberAt = (at: string, name: string): string => {
  const own = name.charAt(0).toLowerCase() + name.slice(1);
  return at === "" ? own : `${at}.${own}`;
};

/** The place of an item in its list. */
export const itemAt = (at: string, index: number): string => `${at}.${index + 1}.member`;

/** Makes a structure of its members' values, noticing those that must be there and are not. */
export function structureFrom(
  shape: Structure,
  at: string,
  values: Iterable<[string, unknown]>,
  noticed: Noticed,
): Record<string, unknown> {
  const structure: Record<string, unknown> = {};
  for (const [name, value] of values) if (value !== undefined) structure[name] = value;
  for (const { name } of shape.required)
    if (structure[name] === undefined) noticed.missing.push(memberAt(at, name));
  return structure;
}

/** A member of what an operation returned. An operation that returns what AWS does not have is wrong. */
export function memberNamed(shape: Structure, name: string): Member {
  const member = shape.members.get(name);
  if (!member) throw new Error(`An operation returned ${name}, which ${shape.name} does not have.`);
  return member;
}
