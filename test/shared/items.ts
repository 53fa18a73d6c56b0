/** Items for tests, of whatever fields item.ts gives an item. */
import { FIELD_NAMES, type Field, type Item } from "../../item.ts";

/** The fields beside the key. */
export const VALUES = FIELD_NAMES.filter(field => field !== "id");

/** An object with one entry for each field. */
export const each = <T>(entry: (field: Field) => T) =>
  Object.fromEntries(FIELD_NAMES.map(field => [field, entry(field)])) as Record<Field, T>;

/** An item with this text in every field beside the ID. */
export const itemOf = (id: string, text: string): Item => each(field => (field === "id" ? id : text));

/** An item as the table holds it. */
export const attributesOf = (item: Partial<Item>) =>
  Object.fromEntries(Object.entries(item).map(([field, text]) => [field, { S: text }]));

/** An item as the page writes it into a query string. */
export const queryOf = (item: Partial<Item>): string =>
  Object.entries(item)
    .map(([field, text]) => `${field}=${encodeURIComponent(text)}`)
    .join("&");
