/** The list of requests, newest first; failures with the part where they broke. */
import type { Shown } from "../shown.ts";
import { button, byId, el, inMs } from "./elements.ts";
import { NAMES, SIGNS } from "./parts.ts";

const KEPT = 200;

/** Puts a request in front. @param onSelect called when it is clicked */
export function addRow(shown: Shown, onSelect: () => void): void {
  const list = byId("list");
  list.prepend(el("li", {}, button(rowOf(shown), onSelect, { "data-id": shown.id, class: "row" })));
  while (list.childElementCount > KEPT) list.lastElementChild!.remove();
}

function rowOf(shown: Shown): HTMLElement {
  const { method, status, ms, broken, declined, kind, time } = shown;
  const marked = broken ?? declined;
  const state = broken ? "failed" : declined ? "declined" : "passed";
  return el(
    "span",
    {},
    el("b", {}, `${kind === "api" ? method : kind} ${titleOf(shown)}`),
    el("span", { class: `mark ${state}` }, [SIGNS[state], marked && NAMES[marked]].filter(Boolean).join(" ")),
    el(
      "small",
      {},
      [new Date(time).toLocaleTimeString(), status || "", inMs(ms)].filter(Boolean).join(" · "),
    ),
  );
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
