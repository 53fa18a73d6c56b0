/** The weather's buttons, and what the session would have cost. */
import type { Cost } from "../shown.ts";
import { button, byId, el } from "./elements.ts";
import { NAMES } from "./parts.ts";

/** The names of all weathers; put in by build.ts. */
declare const WEATHERS: string[];

/** Draws a button for each weather. */
export function drawWeather(): void {
  byId("weather").append(
    ...WEATHERS.map(name => button(name, () => void change(name), { "data-weather": name })),
  );
}

const change = (name: string) => fetch(`weather?name=${encodeURIComponent(name)}`, { method: "POST" });

/** Marks the weather that reigns. */
export function markWeather(name: string): void {
  for (const each of document.querySelectorAll<HTMLElement>("[data-weather]"))
    each.setAttribute("aria-pressed", String(each.dataset.weather === name));
}

/** Says what all of it would have cost, part by part. */
export function drawCosts(costs: Cost[]): void {
  const sum = costs.reduce((total, { dollars }) => total + dollars, 0);
  byId("sum").textContent = inDollars(sum);
  byId("costs").replaceChildren(
    ...costs.map(({ part, what, dollars }) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, NAMES[part]),
        el("td", {}, what),
        el("td", {}, inDollars(dollars)),
      ),
    ),
  );
}

const inDollars = (dollars: number): string => `$${dollars.toFixed(7)}`;
