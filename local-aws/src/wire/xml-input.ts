/** Reads XML documents by their shapes. */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { itemAt, memberAt, type Noticed, structureFrom, WrongType } from "./reading.ts";
import type { Dictionary, Member, Shape, Structure, Traits } from "./shape.ts";
import { readText } from "./text.ts";

/** An element as the parser gives it: text, elements by name, or a list of those that have the same name. */
export type Element = unknown;

const ATTRIBUTE = "@";
const TEXT = "#text";

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: ATTRIBUTE,
  ignoreDeclaration: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
});

const malformed = () => new WrongType("", "The document is not well-formed XML.");

/** Parses a document and returns its root, which must have the given name. */
export function parseXml(body: Buffer, root: string): Element {
  const text = body.toString();
  if (XMLValidator.validate(text) !== true || text.includes("<!DOCTYPE")) throw malformed();
  const tree = parse(text);
  if (!Object.hasOwn(tree, root)) throw malformed();
  return tree[root];
}

/** The parser refuses names that would be dangerous as those of properties. */
function parse(text: string): Record<string, Element> {
  try {
    return parser.parse(text);
  } catch {
    throw malformed();
  }
}

/** Reads a value of the shape from the element, or elements, of that name. */
export function readXml(
  shape: Shape,
  element: Element,
  traits: Traits,
  at: string,
  noticed: Noticed,
): unknown {
  switch (shape.kind) {
    case "structure":
      return readStructure(shape, element, at, noticed);
    case "list":
      return readList(shape.item, element, traits, at, noticed);
    case "map":
      return readMap(shape, element, traits, at, noticed);
    default:
      return readText(shape, textOf(element, at), at, "date-time");
  }
}

function textOf(element: Element, at: string): string {
  if (typeof element === "string") return element;
  const { [TEXT]: text = "", ...others } = partsOf(element, at);
  if (typeof text !== "string" || Object.keys(others).some(name => !name.startsWith(ATTRIBUTE)))
    throw new WrongType(at, "Text was expected.");
  return text;
}

function partsOf(element: Element, at: string): Record<string, Element> {
  if (typeof element === "string" && element.trim() === "") return {};
  if (typeof element !== "object" || element === null || Array.isArray(element))
    throw new WrongType(at, "One element with elements was expected.");
  return element as Record<string, Element>;
}

function readStructure(shape: Structure, element: Element, at: string, noticed: Noticed) {
  const names = wireNamesOf(shape);
  const values: [string, unknown][] = [];
  for (const [name, part] of Object.entries(partsOf(element, at))) {
    const member = names.get(name);
    if (member)
      values.push([
        member.name,
        readXml(member.shape, part, member.traits, memberAt(at, member.name), noticed),
      ]);
    else if (name !== TEXT && !name.startsWith(ATTRIBUTE))
      noticed.unknown.push(at === "" ? name : `${at}.${name}`);
  }
  return structureFrom(shape, at, values, noticed);
}

const known = new WeakMap<Structure, Map<string, Member>>();

/** The members by the names of their elements or attributes. */
function wireNamesOf(shape: Structure): Map<string, Member> {
  const names =
    known.get(shape) ??
    new Map(
      [...shape.members.values()].map(member => [
        (member.traits.xmlAttribute ? ATTRIBUTE : "") + (member.traits.xmlName ?? member.name),
        member,
      ]),
    );
  known.set(shape, names);
  return names;
}

/** The items of a flattened list stand where the list would. */
function readList(item: Member, element: Element, { xmlFlattened }: Traits, at: string, noticed: Noticed) {
  const itemName = item.traits.xmlName ?? item.name;
  const inside = xmlFlattened ? element : only(partsOf(element, at), itemName, at);
  if (inside === undefined) return [];
  return [inside].flat().map((each, index) => readXml(item.shape, each, {}, itemAt(at, index), noticed));
}

/** The elements of one name, where there may be no others. */
function only(parts: Record<string, Element>, name: string, at: string): Element {
  const others = Object.keys(parts).filter(
    other => other !== name && other !== TEXT && !other.startsWith(ATTRIBUTE),
  );
  if (others.length > 0) throw new WrongType(at, `The element ${others[0]} was not expected.`);
  return parts[name];
}

function readMap(
  { key, value }: Dictionary,
  element: Element,
  { xmlFlattened }: Traits,
  at: string,
  noticed: Noticed,
) {
  const inside = xmlFlattened ? element : partsOf(element, at).entry;
  const entries = inside === undefined ? [] : [inside].flat();
  return Object.fromEntries(
    entries.map(entry => {
      const parts = partsOf(entry, at);
      const name = textOf(parts[key.traits.xmlName ?? "key"] ?? "", at);
      const content = parts[value.traits.xmlName ?? "value"] ?? "";
      return [name, readXml(value.shape, content, {}, `${at}.${name}.member`, noticed)];
    }),
  );
}
