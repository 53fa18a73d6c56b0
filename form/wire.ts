/** What went over the wire, and how long each part of the way took. */
import { type Attempt, type Order, urlOf } from "../request.ts";
import { element } from "./fields.ts";
import { textIn } from "./texts.ts";

/** Shows the request and its answers: nothing while it is on its way. */
export function trace(order: Order, attempts: Attempt[]): void {
  const lines = attempts.map(({ status, times, headers }) => {
    const id = headers.get("x-amzn-requestid");
    return `${status || "no answer"} after ${Math.round(times.browser)} ms${id ? `, request ${id}` : ""}`;
  });
  const request = attempts.length > 0 ? [`${order.method} ${urlOf(order)}`] : [];
  element("trace").textContent = [...request, ...lines].join("\n");
  element("times").replaceChildren(...attempts.slice(-1).flatMap(barsOf));
  element("wire").hidden &&= attempts.length === 0;
}

/** A bar to scale beside each text. */
const barsOf = ({ times }: Attempt) =>
  Object.entries(times).map(([part, ms]) => {
    const row = textIn("li", `${part}: ${ms.toFixed(1)} ms`);
    row.style.setProperty("--share", `${Math.min(1, ms / times.browser)}`);
    return row;
  });
