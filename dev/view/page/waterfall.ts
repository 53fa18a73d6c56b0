/** The spans of a request on one scale of time. */
import type { Part } from "local-aws";
import type { Shown, ShownSpan } from "../shown.ts";
import { button, byId, el, inMs } from "./elements.ts";
import { NAMES } from "./parts.ts";

/** Draws a bar a span, as long as it took, in the order in which they began. */
export function drawWaterfall(shown: Shown, onSelect: (part: Part) => void): void {
  const whole = Math.max(shown.ms, ...shown.spans.map(({ at, ms }) => at + ms), 0.1);
  const inOrder = [...shown.spans].sort((a, b) => a.at - b.at);
  byId("waterfall").replaceChildren(...inOrder.map(span => el("li", {}, lineOf(span, whole, onSelect))));
  byId("scale").textContent = `0 to ${inMs(whole)}`;
}

function lineOf(span: ShownSpan, whole: number, onSelect: (part: Part) => void): HTMLElement {
  const { part, what, outcome, at, ms } = span;
  const bar = el("i", { class: outcome });
  // The policy allows no style attributes; the object model is not one.
  bar.style.marginInlineStart = `${(at / whole) * 100}%`;
  bar.style.inlineSize = `max(3px, ${(ms / whole) * 100}%)`;
  const label = el(
    "span",
    { class: "line" },
    el("span", { class: "name" }, `${NAMES[part]}: ${what}`),
    el("span", { class: "track" }, bar),
    el("span", { class: "took" }, inMs(ms)),
  );
  return button(label, () => onSelect(part));
}
