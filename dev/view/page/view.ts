/** The view: follows what happens, and shows one request in full. */
import type { Part } from "local-aws";
import type { Shown, Update } from "../shown.ts";
import { showDetail } from "./detail.ts";
import { byId, el } from "./elements.ts";
import { markRow, showRow, titleOf } from "./list.ts";
import { drawWay, markHop } from "./picture.ts";
import { drawWaterfall } from "./waterfall.ts";
import { drawCosts, drawWeather, markWeather } from "./weather.ts";

/** Put in by build.ts. */
declare const SITE_URL: string;

/** While requests come thick and fast, the picture keeps each that it shows for so long. */
const LOOK_MS = 700;

/** Whether the newest request is shown, or the one that somebody chose. */
let isFollowing = true;
let newest: Shown | undefined;
let drawn: Shown | undefined;
let drawnAt = Number.NEGATIVE_INFINITY;
/** Whether the newest is to be drawn in a moment. */
let isWaiting = false;

function draw(shown: Shown, part = decisive(shown)): void {
  const isNew = shown.id !== drawn?.id;
  drawn = shown;
  if (isNew) drawnAt = performance.now();
  const select = (chosen: Part) => {
    follow(false);
    look(shown, chosen);
  };
  byId("title").textContent = `${shown.method} ${titleOf(shown)} ${shown.status || ""}`;
  drawWay(shown, isNew, select);
  drawWaterfall(shown, select);
  markRow(shown.id);
  look(shown, part);
}

/** The part to look at first: of a deploy under way, the one that was called last. */
function decisive({ broken, declined, kind, isRunning, spans }: Shown): Part | undefined {
  if (kind !== "deploy") return broken ?? declined ?? "answer";
  return isRunning ? spans.at(-1)?.part : broken;
}

let looked: Part | undefined;

function look(shown: Shown, part: Part | undefined): void {
  looked = part;
  showDetail(shown, part);
  markHop(part);
}

function follow(on: boolean): void {
  isFollowing = on;
  byId("follow").setAttribute("aria-pressed", String(on));
  if (on && newest) draw(newest);
}

function drawSoon(): void {
  if (isWaiting) return;
  isWaiting = true;
  const wait = Math.max(0, drawnAt + LOOK_MS - performance.now());
  setTimeout(() => {
    isWaiting = false;
    if (isFollowing && newest) draw(newest);
  }, wait);
}

function receive({ traces, skipped, costs, weather, pages }: Update): void {
  for (const shown of traces)
    showRow(shown, latest => {
      follow(false);
      draw(latest);
    });
  newest = traces.at(-1) ?? newest;
  const further = traces.find(({ id }) => id === drawn?.id);
  if (further) draw(further, isFollowing ? decisive(further) : looked);
  document.body.classList.toggle("empty", newest === undefined);
  if (traces.length > 0 && newest !== drawn) drawSoon();
  if (skipped > 0) tellSkipped(skipped);
  drawCosts(costs);
  markWeather(weather);
  if (storedBefore !== undefined && pages !== storedBefore) reloadForm();
  storedBefore = pages;
}

/** How often the form's page had been stored by the last update. */
let storedBefore: number | undefined;

/** The form itself cannot know: it is the very page that AWS gets. */
function reloadForm(): void {
  const beside = document.querySelector("iframe");
  if (beside) beside.src = SITE_URL;
  byId("status").textContent = beside
    ? "The form has changed, and is loaded again beside."
    : "The form has changed: reload it where it is open.";
}

let unseen = 0;

function tellSkipped(count: number): void {
  unseen += count;
  byId("status").textContent = `Too many to show each: ${unseen} more were answered.`;
}

function showForm(): void {
  const isOpen = document.body.classList.toggle("with-form");
  byId("form").setAttribute("aria-pressed", String(isOpen));
  byId("beside").replaceChildren(...(isOpen ? [el("iframe", { src: SITE_URL, title: "The form" })] : []));
}

drawWeather();
byId("follow").addEventListener("click", () => follow(true));
byId("form").addEventListener("click", showForm);
byId("form-link").append(el("a", { href: SITE_URL, target: "_blank", rel: "noreferrer" }, "Form in a tab"));
const events = new EventSource("events");
events.addEventListener("message", ({ data }) => receive(JSON.parse(data)));
events.addEventListener("open", () => {
  byId("list").replaceChildren();
  byId("status").textContent = "Live.";
});
events.addEventListener("error", () => {
  byId("status").textContent = "npm start has ended, or is starting again.";
});
