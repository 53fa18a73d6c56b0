/** Writes the output of an operation to where its members travel in a response: status, headers, body. */
import { type BodyFormat, isBound, rootOf, without } from "./bindings.ts";
import { memberNamed } from "./reading.ts";
import type { Member, Shape, Simple, Structure } from "./shape.ts";
import { writeText } from "./text.ts";

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
