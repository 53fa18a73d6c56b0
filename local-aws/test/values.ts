/** Values that a schema allows, generated. */
import fc from "fast-check";
import type { Member, Shape, Structure } from "../src/wire/shape.ts";

const text = fc
  .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 })
  .map(some => `<a> "${some}" & ü`);
/** What a header and a path can carry. */
const plain = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_"), minLength: 1, maxLength: 12 });
const number = fc.integer({ min: 0, max: 100_000 });
const time = fc.integer({ min: 0, max: 4_000_000_000 }).map(seconds => new Date(seconds * 1000));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 16 });

export interface Choice {
  /** Values that some names must have. */
  fixed: Record<string, unknown>;
  /** Members that are left out. */
  without: readonly string[];
  /** The only members that the outermost structure has, where they are counted up. */
  only?: readonly string[];
  /** Whether texts are made of letters, digits, "-" and "_", so that they are names for most parameters. */
  plain?: boolean;
}

const PLAIN = { noNullPrototype: true };

/** A structure with its required members and some of the others. */
export function structure(
  shape: Structure,
  choice: Choice,
  depth = 0,
): fc.Arbitrary<Record<string, unknown>> {
  const only = depth === 0 ? choice.only : undefined;
  const members = possible(shape, depth).filter(
    ({ name }) => !choice.without.includes(name) && (only?.includes(name) ?? true),
  );
  const values = Object.fromEntries(members.map(member => [member.name, memberValue(member, choice, depth)]));
  if (shape.union && members.length > 0)
    return fc.oneof(...Object.entries(values).map(([name, value]) => fc.record({ [name]: value }, PLAIN)));
  const required = shape.required.map(({ name }) => name);
  const some = fc.record(values, { ...PLAIN, requiredKeys: required.filter(name => values[name]) });
  // Nothing tells an empty structure from none in a form.
  return depth === 0 || members.length === 0 ? some : some.filter(made => Object.keys(made).length > 0);
}

/** Some structures hold themselves: deep inside, there is little but what must be. */
function possible({ members, required, union }: Structure, depth: number): Member[] {
  const all = [...members.values()];
  if (depth < 2 || (union && depth < 5)) return all;
  const few = all.filter(member => required.includes(member) || isSimple(member));
  return few.length > 0 ? few : all.slice(0, 1);
}

const isSimple = ({ shape }: Member) => !["structure", "list", "map"].includes(shape.kind);

const IN_HTTP = ["httpLabel", "httpHeader", "httpQuery", "httpPrefixHeaders", "httpQueryParams"];

function memberValue({ name, shape, traits }: Member, choice: Choice, depth: number): fc.Arbitrary<unknown> {
  if (traits.httpResponseCode) return fc.constant(202);
  if (Object.hasOwn(choice.fixed, name) && shape.kind === typeof choice.fixed[name])
    return fc.constant(choice.fixed[name]);
  const string = choice.plain || IN_HTTP.some(trait => trait in traits) ? plain : text;
  return value(shape, string, choice, depth + 1);
}

function value(
  shape: Shape,
  string: fc.Arbitrary<string>,
  choice: Choice,
  depth: number,
): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "structure":
      return structure(shape, choice, depth);
    case "list":
      return fc.array(value(shape.item.shape, string, choice, depth), { minLength: 1, maxLength: 2 });
    case "map":
      return fc.dictionary(
        plain.map(key => `k${key.toLowerCase()}`),
        value(shape.value.shape, string, choice, depth),
        {
          minKeys: 1,
          maxKeys: 2,
          noNullPrototype: true,
        },
      );
    case "number":
      return number;
    case "boolean":
      return fc.boolean();
    case "timestamp":
      return time;
    case "blob":
      return bytes;
    case "document":
      return fc.constant({ a: ["b", 1, true] });
    default:
      return string;
  }
}
