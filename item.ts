/** An item: what the form sends, the function checks and the table keeps, byte for byte. */
export interface Item {
  id: string;
  value: string;
}

export type Field = keyof Item;

/** What is wrong with one field, in words for the person who typed it. */
export interface Problem {
  field: Field;
  message: string;
}

/**
 * The largest size of each field in bytes of UTF-8. An item percent-encoded at three bytes a byte must fit
 * into the 10,240 bytes that API Gateway allows for the request line and the headers together.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
export const MAX_BYTES: Record<Field, number> = { id: 256, value: 2048 };

const NAMES: Record<Field, string> = { id: "ID", value: "value" };
const encoder = new TextEncoder();

/** The size of a text in bytes of UTF-8. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

/** Says what keeps a text from being this field of an item, or undefined when nothing does. */
export function problemWith(field: Field, text: string | undefined | null): Problem | undefined {
  const message = fault(NAMES[field], MAX_BYTES[field], text);
  return message === undefined ? undefined : { field, message };
}

function fault(name: string, maxBytes: number, text: string | undefined | null): string | undefined {
  if (text === undefined || text === null || text === "") return `The ${name} is missing.`;
  // U+FFFD is what becomes of bytes that are not UTF-8: it is not what was sent.
  if (/[\p{Surrogate}\ufffd]/u.test(text)) return `The ${name} is not well-formed Unicode.`;
  if (/\p{Cc}/u.test(text)) return `The ${name} contains a control character, such as a tab or a line break.`;
  const size = bytesOf(text);
  if (size > maxBytes) return `The ${name} has ${size} bytes; at most ${maxBytes} are allowed.`;
  return undefined;
}
