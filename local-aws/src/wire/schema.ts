/**
 * The operations of an API as the SDK's client exports them: tuples that say what each member is called, of which
 * type it is and where in a request it travels. A tuple is turned into a shape when it is first needed.
 */
import type { $MemberSchema, $SchemaRef, SchemaTraits, StaticSchema } from "@smithy/types";
import type { Api, Member, Shape, Simple, Structure, Traits } from "./shape.ts";

type Reference = $SchemaRef | (() => StaticSchema | number);

/** The operations that a client of the SDK exports: `apiOf(await import("@aws-sdk/client-iam"))`. */
export function apiOf(sdk: object): Api {
  const schemas = Object.values(sdk).filter(value => Array.isArray(value) && value[0] === 9);
  return new Map(schemas.map(schema => [schema[2], operationOf(schema)]));
}

function operationOf([, , name, traits, input, output]: [
  9,
  string,
  string,
  SchemaTraits,
  Reference,
  Reference,
]) {
  return {
    name,
    http: traitsOf(traits).http,
    get input() {
      return structureOf(input);
    },
    get output() {
      return structureOf(output);
    },
  };
}

function structureOf(reference: Reference): Structure | undefined {
  const schema = resolved(reference);
  return schema === "unit" ? undefined : (shapeOf(schema) as Structure);
}

const resolved = (reference: Reference) =>
  (typeof reference === "function" ? reference() : reference) as
    | StaticSchema
    | $MemberSchema
    | number
    | "unit";

const shapes = new WeakMap<object, Shape>();

function shapeOf(reference: Reference): Shape {
  const schema = resolved(reference);
  if (typeof schema === "number") return shapeOfNumber(schema);
  if (schema === "unit")
    return { kind: "structure", union: false, name: "Unit", traits: {}, members: new Map(), required: [] };
  const known = shapes.get(schema);
  if (known) return known;
  const shape = shapeOfTuple(schema as StaticSchema);
  shapes.set(schema, shape);
  return shape;
}

function shapeOfTuple(schema: StaticSchema): Shape {
  switch (schema[0]) {
    case 0:
      return shapeOf(schema[4]);
    case 1:
      return { kind: "list", item: memberOf("member", schema[4]) };
    case 2:
      return { kind: "map", key: memberOf("key", schema[4]), value: memberOf("value", schema[5]) };
    default:
      return shapeOfStructure(schema as Extract<StaticSchema, [3 | 4 | -3, ...unknown[]]>);
  }
}

/** The first members are the required ones; the last part of the tuple says how many. */
function shapeOfStructure(schema: Extract<StaticSchema, [3 | 4 | -3, ...unknown[]]>): Structure {
  const [, , name, traits, names, references, required = 0] = schema as [
    3,
    string,
    string,
    SchemaTraits,
    string[],
    Reference[],
    number?,
  ];
  const members = names.map((name, at) => memberOf(name, references[at]!));
  return {
    kind: "structure",
    union: schema[0] === 4,
    name,
    traits: traitsOf(traits),
    members: new Map(members.map(member => [member.name, member])),
    required: members.slice(0, required),
  };
}

/** A member is a reference, or a reference with traits of the member's own. */
function memberOf(name: string, reference: Reference): Member {
  const schema = Array.isArray(reference) ? reference : undefined;
  const [target, traits] = (schema?.length === 2 ? schema : [reference, 0]) as [Reference, SchemaTraits];
  return {
    name,
    traits: { ...traitsOfSimple(target), ...traitsOf(traits) },
    get shape() {
      const shape = shapeOf(target);
      Object.defineProperty(this, "shape", { value: shape });
      return shape;
    },
  };
}

/** A simple type that has a name may have traits too: streaming. */
function traitsOfSimple(target: Reference): Traits {
  const schema = resolved(target);
  return Array.isArray(schema) && schema[0] === 0 ? traitsOf((schema as StaticSchema)[3]) : {};
}

const BITS = [
  "httpLabel",
  "idempotent",
  "idempotencyToken",
  "sensitive",
  "httpPayload",
  "httpResponseCode",
  "httpQueryParams",
];

function traitsOf(traits: SchemaTraits): Traits {
  if (typeof traits !== "number") return traits;
  return Object.fromEntries(BITS.filter((_, bit) => (traits >> bit) & 1).map(name => [name, 1]));
}

const LIST = 0b0100_0000;
const MAP = 0b1000_0000;

const SIMPLE: Record<number, Simple> = {
  0: { kind: "string" },
  1: { kind: "number" },
  2: { kind: "boolean" },
  4: { kind: "timestamp" },
  5: { kind: "timestamp", format: "date-time" },
  6: { kind: "timestamp", format: "http-date" },
  7: { kind: "timestamp", format: "epoch-seconds" },
  15: { kind: "document" },
  17: { kind: "number" },
  19: { kind: "number" },
  21: { kind: "blob" },
  42: { kind: "blob" },
};

function shapeOfNumber(schema: number): Shape {
  const simple = SIMPLE[schema];
  if (simple) return simple;
  if (schema & MAP) return { kind: "map", key: memberOf("key", 0), value: memberOf("value", schema & ~MAP) };
  if (schema & LIST) return { kind: "list", item: memberOf("member", schema & ~LIST) };
  throw new Error(`The SDK's schemas have a type that is not known here: ${schema}`);
}
