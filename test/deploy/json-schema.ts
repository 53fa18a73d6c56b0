/** As much of JSON Schema as docs/openapi.json uses; a keyword that is not known here is a fault of the test. */
import assert from "node:assert/strict";

export type Schema = { [keyword: string]: unknown };

type Check = (wanted: never, value: never, schemas: Record<string, Schema>) => string[];

const says = (holds: boolean, what: string): string[] => (holds ? [] : [what]);
const sizeOf = (text: string) => [...text].length;

const KEYWORDS: Record<string, Check> = {
  $ref: (path: string, value: unknown, schemas) =>
    faultsOf(schemas[path.replace("#/components/schemas/", "")] ?? assert.fail(path), value, schemas),
  description: () => [],
  type: (type: string, value: unknown) =>
    says((Array.isArray(value) ? "array" : typeof value) === type, `${JSON.stringify(value)} is no ${type}`),
  const: (wanted: string, value: unknown) => says(value === wanted, `${value} is not ${wanted}`),
  enum: (all: string[], value: string) => says(all.includes(value), `${value} is none of ${all}`),
  oneOf: (all: Schema[], value: unknown, schemas) =>
    says(
      all.filter(one => faultsOf(one, value, schemas).length === 0).length === 1,
      `${value} is not one of ${all.length}`,
    ),
  minLength: (least: number, value: string) => says(sizeOf(value) >= least, "too short"),
  maxLength: (most: number, value: string) => says(sizeOf(value) <= most, "too long"),
  pattern: (source: string, value: string) => says(new RegExp(source, "u").test(value), `not ${source}`),
  required: (names: string[], value: object) =>
    names.flatMap(name => says(Object.hasOwn(value, name), `${name} is missing`)),
  properties: (known: Record<string, Schema>, value: Record<string, unknown>, schemas) =>
    Object.keys(value).flatMap(name =>
      Object.hasOwn(known, name) ? faultsOf(known[name]!, value[name], schemas) : `${name} is not known`,
    ),
  additionalProperties: (wanted: boolean) => says(!wanted, "only closed objects are understood"),
  items: (schema: Schema, value: unknown[], schemas) =>
    value.flatMap(item => faultsOf(schema, item, schemas)),
};

/** What keeps a value from being what a schema says. */
export function faultsOf(schema: Schema, value: unknown, schemas: Record<string, Schema> = {}): string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    const check = KEYWORDS[keyword] ?? assert.fail(`the keyword ${keyword} is not known`);
    return check(wanted as never, value as never, schemas);
  });
}
