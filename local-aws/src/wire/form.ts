/** Forms by their shapes: `Tags.member.1.Key=a` is `{ Tags: [{ Key: "a" }] }`. */
import { itemAt, memberAt, type Noticed, structureFrom, WrongType } from "./reading.ts";
import type { Dictionary, Member, Shape, Structure } from "./shape.ts";
import { readText } from "./text.ts";

/** What the form says under one name: a value, values under names that go on, or both. */
interface Node {
  text?: string;
  parts: Map<string, Node>;
}

/** Reads a structure from a form. */
export const readForm = (
  shape: Structure,
  form: URLSearchParams,
  noticed: Noticed,
): Record<string, unknown> => readStructure(shape, treeOf(form), "", noticed);

function treeOf(form: URLSearchParams): Node {
  const root: Node = { parts: new Map() };
  for (const [path, text] of form) {
    let node = root;
    for (const name of path.split(".")) {
      const next = node.parts.get(name) ?? { parts: new Map() };
      node.parts.set(name, next);
      node = next;
    }
    node.text = text;
  }
  return root;
}

function read(shape: Shape, node: Node, at: string, noticed: Noticed): unknown {
  switch (shape.kind) {
    case "structure":
      if (node.parts.size === 0) throw new WrongType(at, "Unexpected complex element termination");
      return readStructure(shape, node, at, noticed);
    case "list":
      return readList(shape.item, node, at, noticed);
    case "map":
      return readMap(shape, node, at, noticed);
    default:
      if (node.parts.size > 0) throw new WrongType(at, "Start of structure or map found where not expected.");
      return readText(shape, node.text ?? "", at, "date-time");
  }
}

function readStructure(shape: Structure, { parts }: Node, at: string, noticed: Noticed) {
  const values: [string, unknown][] = [];
  for (const [name, part] of parts) {
    const member = shape.members.get(name);
    if (member) values.push([name, read(member.shape, part, memberAt(at, name), noticed)]);
    else noticed.unknown.push(at === "" ? name : `${at}.${name}`);
  }
  return structureFrom(shape, at, values, noticed);
}

/** `Tags.member.1`, `Tags.member.2`; an empty list is `Tags=`. */
function readList(item: Member, node: Node, at: string, noticed: Noticed): unknown[] {
  return numbered(node, item.traits.xmlName ?? item.name, at).map((part, index) =>
    read(item.shape, part, itemAt(at, index), noticed),
  );
}

function readMap({ key, value }: Dictionary, node: Node, at: string, noticed: Noticed) {
  const entries = numbered(node, "entry", at).map(({ parts }) => {
    const name = parts.get(key.traits.xmlName ?? "key")?.text ?? "";
    const part = parts.get(value.traits.xmlName ?? "value") ?? { parts: new Map() };
    return [name, read(value.shape, part, `${at}.${name}.member`, noticed)];
  });
  return Object.fromEntries(entries);
}

/** The parts under `name.1`, `name.2` in the order of their numbers. */
function numbered({ text, parts }: Node, name: string, at: string): Node[] {
  const items = [...(parts.get(name)?.parts ?? [])];
  const isFine =
    [...parts.keys()].every(part => part === name) && items.every(([at]) => /^[1-9]\d*$/.test(at));
  if (!isFine || (items.length === 0 && (text !== "" || parts.size > 0)))
    throw new WrongType(at, "Unexpected list element termination");
  return items.sort(([a], [b]) => Number(a) - Number(b)).map(([, part]) => part);
}
