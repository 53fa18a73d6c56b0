/** Writes XML documents by their shapes. */
import { memberNamed } from "./reading.ts";
import type { Dictionary, Member, Shape, Simple, Structure, Traits } from "./shape.ts";
import { writeText } from "./text.ts";

/** Writes a value of the shape as the element of that name; a flattened list as several. */
export function writeXml(name: string, shape: Shape, value: unknown, traits: Traits = {}): string {
  if (value === undefined || value === null) return "";
  switch (shape.kind) {
    case "structure":
      return writeStructure(name, shape, value as Record<string, unknown>, traits);
    case "list":
      return writeList(name, shape.item, value as unknown[], traits);
    case "map":
      return writeMap(name, shape, value as Record<string, unknown>, traits);
    default:
      return element(name, escaped(writeText(shape as Simple, value, "date-time")));
  }
}

/** An element with content that is XML already. */
export const element = (name: string, content: string, attributes = ""): string =>
  content === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/** Text as content or attribute. */
export const escaped = (text: string): string =>
  /[&<>"\r]/.test(text) ? text.replace(/[&<>"\r]/g, character => ENTITIES[character] ?? "") : text;

function writeStructure(
  name: string,
  shape: Structure,
  value: Record<string, unknown>,
  traits: Traits,
): string {
  const [prefix, uri] = traits.xmlNamespace ?? [];
  let attributes = uri ? ` xmlns${prefix ? `:${prefix}` : ""}="${uri}"` : "";
  let content = "";
  for (const [own, part] of Object.entries(value)) {
    const member = memberNamed(shape, own);
    const wireName = member.traits.xmlName ?? own;
    if (!member.traits.xmlAttribute) content += writeXml(wireName, member.shape, part, member.traits);
    else if (part !== undefined) attributes += ` ${wireName}="${escaped(String(part))}"`;
  }
  return element(name, content, attributes);
}

function writeList(name: string, item: Member, values: unknown[], { xmlFlattened }: Traits): string {
  const itemName = xmlFlattened ? name : (item.traits.xmlName ?? item.name);
  const items = values.map(value => writeXml(itemName, item.shape, value, item.traits)).join("");
  return xmlFlattened ? items : element(name, items);
}

function writeMap(
  name: string,
  { key, value }: Dictionary,
  values: Record<string, unknown>,
  { xmlFlattened }: Traits,
) {
  const entries = Object.entries(values).map(([each, content]) =>
    element(
      xmlFlattened ? name : "entry",
      writeXml(key.traits.xmlName ?? "key", key.shape, each) +
        writeXml(value.traits.xmlName ?? "value", value.shape, content),
    ),
  );
  return xmlFlattened ? entries.join("") : element(name, entries.join(""));
}
