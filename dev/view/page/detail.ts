/** What a part decided: the decision, the reason, the line of the project behind it, and what it saw. */
import type { Part } from "local-aws";
import type { Shown, ShownSpan } from "../shown.ts";
import { byId, el, inMs } from "./elements.ts";
import { NAMES, WORDS } from "./parts.ts";

/** Shows all decisions of a part about a request; nothing without a part. */
export function showDetail(shown: Shown, part: Part | undefined): void {
  byId("detail").hidden = part === undefined;
  if (part === undefined) return;
  const told = shown.spans.filter(span => span.part === part);
  // While a deploy goes on, what was called last is what somebody looks at.
  const spans = shown.isRunning ? told.reverse() : told;
  const none = el("p", { class: "why" }, "The request did not come this far.");
  byId("detail").replaceChildren(
    el("h2", {}, NAMES[part]),
    ...(spans.length > 0 ? alike(spans).map(decisionOf) : [none]),
  );
}

/** What is the same but for its time is shown once: the attempts of a call that is repeated. */
function alike(spans: ShownSpan[]): ShownSpan[][] {
  const groups = new Map<string, ShownSpan[]>();
  for (const span of spans) {
    const { at, ms, ...same } = span;
    const key = JSON.stringify(same);
    groups.set(key, [...(groups.get(key) ?? []), span]);
  }
  return [...groups.values()];
}

function decisionOf(spans: ShownSpan[]): HTMLElement {
  const { what, outcome, why, line, data } = spans[0]!;
  const took = spans.map(({ ms }) => inMs(ms)).join(" and ");
  return el(
    "article",
    {},
    el(
      "p",
      {},
      el("b", { class: outcome }, WORDS[outcome]),
      ` ${what}, ${took}`,
      line && el("span", {}, ", decided by ", el("code", {}, line)),
    ),
    el("p", { class: "why" }, why),
    data?.command
      ? el("pre", { tabindex: "0" }, String(data.command))
      : data &&
          el("details", {}, el("summary", {}, "What it saw"), el("pre", { tabindex: "0" }, textOf(data))),
  );
}

/** JSON in JSON, as events and answers are, is laid out, too. */
const textOf = (data: object): string => JSON.stringify(data, (_, value) => unpacked(value), 2);

function unpacked(value: unknown): unknown {
  if (typeof value !== "string" || !/^[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
