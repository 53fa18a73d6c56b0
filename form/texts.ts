/** An item's texts as an outcome shows them. */
import { bytesOf, FIELD_NAMES } from "../item.ts";
import type { Order } from "../request.ts";
import { inputOf } from "./fields.ts";

/** How many characters of a text are shown, and heard, without being asked for. */
const LONG = 200;

/** Texts are only ever text: no markup, and a direction of their own that ends where they end. */
export function textIn(tag: string, text: string): HTMLElement {
  return Object.assign(document.createElement(tag), { textContent: text, dir: "auto" });
}

export function listOf(item: Order["item"]): HTMLElement {
  const list = document.createElement("dl");
  for (const field of FIELD_NAMES) {
    const [label, text] = [inputOf(field).labels[0]!.textContent, item[field]];
    if (text !== undefined)
      list.append(textIn("dt", label), text.length > LONG ? folded(text) : textIn("dd", text));
  }
  return list;
}

function folded(text: string): HTMLElement {
  const [whole, details] = [textIn("dd", ""), document.createElement("details")];
  const beginning = Array.from(text)
    .slice(0, LONG / 4)
    .join("");
  details.append(textIn("summary", `${beginning}… (${bytesOf(text)} bytes)`), textIn("p", text));
  whole.append(details);
  return whole;
}
