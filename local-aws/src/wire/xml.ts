/** XML documents, as S3, IAM and STS read and write them. */
import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser";
import { AwsError, notImplemented } from "../service.ts";

/** An XML document as data: elements by name, attributes by "@name", repeated elements as a list. */
export type Xml = string | number | boolean | undefined | null | readonly Xml[] | { [name: string]: Xml };

/** What elements a document may have; a list in brackets, "text" for an element's own content. */
export type Shape = "text" | readonly [Shape] | { readonly [element: string]: Shape };

/** The data that a shape describes; any element may be absent. */
export type Read<S> = S extends "text"
  ? string
  : S extends readonly [infer Item]
    ? Read<Item>[]
    : { [Element in keyof S]?: Read<S[Element]> };

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  suppressEmptyNode: true,
});
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
});

/** Writes elements, without the XML declaration. */
export const toElements = (document: { [name: string]: Xml }): string =>
  builder.build(document).replaceAll("\r", "&#13;");

/** Writes an XML document. */
export const toXml = (document: { [name: string]: Xml }): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${toElements(document)}`;

/** The refusal of a document that is not what it should be. */
export const malformedXml = () =>
  new AwsError(
    "MalformedXML",
    400,
    "The XML you provided was not well-formed or did not validate against our published schema.",
  );

/** Reads a document with the given root. An element that the shape does not know is refused by name. */
export function fromXml<const S extends Shape>(text: string, root: string, shape: S): Read<S> {
  if (XMLValidator.validate(text) !== true || text.includes("<!DOCTYPE")) throw malformedXml();
  const tree = parse(text);
  if (!Object.hasOwn(tree, root)) throw malformedXml();
  return read((tree as Record<string, unknown>)[root], shape, root) as Read<S>;
}

/** The parser refuses names that would be dangerous as those of properties. */
function parse(text: string): object {
  try {
    return parser.parse(text);
  } catch {
    throw malformedXml();
  }
}

function read(tree: unknown, shape: Shape, name: string): unknown {
  if (shape === "text") return readText(tree);
  if (isList(shape)) return [tree].flat().map(item => read(item, shape[0], name));
  if (tree === "") return {};
  if (typeof tree !== "object" || tree === null || Array.isArray(tree)) throw malformedXml();
  const elements = Object.entries(tree).filter(([element]) => element !== "#text");
  return Object.fromEntries(
    elements.map(([element, content]) => {
      const inner = shape[element];
      if (inner === undefined) throw notImplemented(`the element ${element} of ${name}`);
      return [element, read(content, inner, element)];
    }),
  );
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);

function readText(tree: unknown): string {
  if (typeof tree !== "string") throw malformedXml();
  return tree;
}
