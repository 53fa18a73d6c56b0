/** The fields that a person types into, and what stands beside each of them. */
import { bytesOf, FIELD_NAMES, FIELDS, type Field, type Item, type Problem } from "../item.ts";

const VALUES = FIELD_NAMES.filter(field => field !== "id");
const CAN_GROW = CSS.supports("field-sizing", "content");

export const element = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
export const inputOf = (field: Field) => element<HTMLTextAreaElement>(field);

export const isIdAlone = () => VALUES.every(field => inputOf(field).value === "");

/** Looked up to be read or changed; what was looked up is still what the ID says. */
export function fill(item: Item): void {
  if (inputOf("id").value !== item.id) return;
  for (const field of VALUES) inputOf(field).value = item[field];
  FIELD_NAMES.forEach(measure);
}

export function mark(field: Field, problems: Problem[]): void {
  const message = problems.find(problem => problem.field === field)?.message ?? "";
  inputOf(field).ariaInvalid = String(message !== "");
  element(`${field}-problem`).textContent = message;
}

/** Points out what is easily overlooked: spaces around an ID, and a size that comes near to its limit. */
export function measure(field: Field): void {
  const [input, hint, { label, maxBytes }] = [inputOf(field), element(`${field}-hint`), FIELDS[field]];
  const bytes = bytesOf(input.value);
  const isSpaced = field === "id" && input.value !== input.value.trim();
  const spaces = isSpaced ? [`This ${label} begins or ends with a space.`] : [];
  const size = bytes < maxBytes * 0.8 ? [] : [`${bytes} of ${maxBytes} bytes`];
  hint.textContent = [...spaces, ...size].join(" ");
  hint.classList.toggle("over", bytes > maxBytes);
  if (!CAN_GROW) input.rows = Math.min(9, Math.ceil(input.value.length / 40) || 1);
}
