/** The picture of a request: its parts in a row, and the request that moves through them. */
import type { Part } from "local-aws";
import type { Shown } from "../shown.ts";
import { button, byId, el, inMs } from "./elements.ts";
import { NAMES, SIGNS, stateOf, WORDS, wayOf } from "./parts.ts";

const STEP_MS = 110;

/** Draws a request's way. @param isNew lets it be seen to move @param onSelect called with the part that is clicked */
export function drawWay(shown: Shown, isNew: boolean, onSelect: (part: Part) => void): void {
  const hops = wayOf(shown).map(part => hopOf(shown, part, onSelect));
  byId("way").replaceChildren(...hops.map(hop => el("li", {}, hop)));
  if (isNew && !matchMedia("(prefers-reduced-motion: reduce)").matches)
    move(hops.filter(hop => !hop.matches(".unused")));
}

function hopOf(shown: Shown, part: Part, onSelect: (part: Part) => void): HTMLElement {
  const state = stateOf(shown, part);
  const ms = shown.spans.filter(span => span.part === part).reduce((sum, span) => sum + span.ms, 0);
  const label = el(
    "span",
    {},
    el("span", {}, NAMES[part]),
    el("span", { class: "unseen" }, `, ${WORDS[state]}`),
    el("b", { "aria-hidden": "true" }, `${SIGNS[state]} `),
    el("small", {}, state === "unused" ? "" : ms < 0.05 ? "at once" : inMs(ms)),
  );
  const broken = shown.broken === part ? " broken" : "";
  return button(label, () => onSelect(part), { class: `hop ${state}${broken}`, "data-part": part });
}

/** Lights up one hop after the other, as the request reaches them. */
function move(hops: HTMLElement[]): void {
  for (const [at, hop] of hops.entries())
    hop.animate(
      [STILL, { transform: "translateY(-6px) scale(1.06)", boxShadow: "0 6px 16px #0006" }, STILL],
      {
        duration: 3 * STEP_MS,
        delay: at * STEP_MS,
        easing: "ease-out",
      },
    );
}

const STILL = { transform: "none", boxShadow: "none" };

/** Marks the part whose decisions are shown. */
export function markHop(part: Part | undefined): void {
  for (const hop of document.querySelectorAll<HTMLElement>(".hop"))
    hop.setAttribute("aria-pressed", String(hop.dataset.part === part));
}
