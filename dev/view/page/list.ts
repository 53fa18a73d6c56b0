/** The list of requests, newest first; failures with the part where they broke. */
import type { Shown } from "../shown.ts";
import { button, byId, el, inMs } from "./elements.ts";
import { NAMES, SIGNS } from "./parts.ts";

const KEPT = 200;
/** The latest of each, by its id. */
const shownById = new Map<string, Shown>();

/** Puts a request in front, or goes on with the row that it has. @param onSelect called when it is clicked */
export function showRow(shown: Shown, onSelect: (shown: Shown) => void): void {
  const list = byId("list");
  const { id } = shown;
  shownById.set(id, shown);
  const known = list.querySelector(`[data-id="${id}"]`);
  if (known) {
    known.replaceChildren(rowOf(shown));
    return;
  }
  const select = () => onSelect(shownById.get(id)!);
  list.prepend(el("li", {}, button(rowOf(shown), select, { "data-id": id, class: "row" })));
  while (list.childElementCount > KEPT) list.lastElementChild!.remove();
  if (shownById.size > KEPT) shownById.delete(shownById.keys().next().value!);
}

function rowOf(shown: Shown): HTMLElement {
  const { method, status, ms, isRunning, kind, time } = shown;
  const took = isRunning ? "under way" : inMs(ms);
  return el(
    "span",
    {},
    el("b", {}, `${kind === "api" ? method : kind} ${titleOf(shown)}`),
    markOf(shown),
    el("small", {}, [new Date(time).toLocaleTimeString(), status, took].filter(Boolean).join(" · ")),
  );
}

function markOf({ broken, declined, isRunning }: Shown): HTMLElement {
  const marked = broken ?? declined;
  const state = broken ? "failed" : declined ? "declined" : "passed";
  const sign = isRunning ? "…" : SIGNS[state];
  return el("span", { class: `mark ${state}` }, marked ? `${sign} ${NAMES[marked]}` : sign);
}

/** What a request is about: its ID, or the last part of its path. */
export function titleOf({ url, kind }: Shown): string {
  if (kind === "deploy") return url;
  const { pathname, searchParams } = new URL(url, location.origin);
  return searchParams.get("id") ?? (pathname.split("/").at(-1) || "/");
}

/** Marks the request that the picture shows. */
export function markRow(id: string | undefined): void {
  for (const row of document.querySelectorAll<HTMLElement>("#list button"))
    if (row.dataset.id === id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
}
