/** An item: what the form sends, the function checks and the table keeps, byte for byte. */

/**
 * The fields of an item, the key first: what a person calls them, and their largest size in bytes of UTF-8. An item
 * percent-encoded at three bytes a byte must fit into the 10,240 bytes that API Gateway allows for the request line
 * and the headers together.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
export const FIELDS = {
  id: { label: "ID", maxBytes: 256 },
  value: { label: "value", maxBytes: 2048 },
};

export type Field = keyof typeof FIELDS;
export type Item = Record<Field, string>;
/** The names of the fields, in the order in which an item shows them. */
export const FIELD_NAMES = Object.keys(FIELDS) as Field[];

/** What is wrong with one field, in words for the person who typed it. */
export interface Problem {
  field: Field;
  message: string;
}

const encoder = new TextEncoder();

/** The size of a text in bytes of UTF-8. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

/** Says what keeps a text from being this field of an item, or undefined when nothing does. */
export function problemWith(field: Field, text: string | undefined | null): Problem | undefined {
  const message = fault(FIELDS[field], text);
  return message === undefined ? undefined : { field, message };
}

function fault(
  { label, maxBytes }: (typeof FIELDS)[Field],
  text: string | undefined | null,
): string | undefined {
  if (!text) return `The ${label} is missing.`;
  // U+FFFD is what becomes of bytes that are not UTF-8: it is not what was sent.
  if (/[\p{Surrogate}\ufffd]/u.test(text)) return `The ${label} is not well-formed Unicode.`;
  if (/\p{Cc}/u.test(text))
    return `The ${label} contains a control character, such as a tab or a line break.`;
  const size = bytesOf(text);
  if (size > maxBytes) return `The ${label} has ${size} bytes; at most ${maxBytes} are allowed.`;
  return undefined;
}
