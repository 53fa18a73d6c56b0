/** A request of the page to the API: sent, limited in time, repeated while that can help. */
import { type Reach, reachOfSite } from "./form/site.ts";
import { type Times, timesOnTheWay } from "./form/times.ts";
import type { Field, Item } from "./item.ts";

/** Put in by bundle/page.ts. */
declare const API_URL: string;

const ATTEMPTS = 3;
const TIME_LIMIT_MS = 10_000;
const LONGEST_WAIT_MS = 10_000;

/** What is asked of the API: the fields as they were when the button was pressed. */
export interface Order {
  method: "POST" | "PUT" | "GET";
  item: Pick<Item, "id"> & Partial<Item>;
}

/** An answer of the API; status 0 where none came. */
interface Answer {
  status: number;
  headers: Headers;
  /** The members of the JSON; none where it is not a JSON object. */
  body: { [field in Field]?: unknown } & {
    error?: { message?: unknown; problems?: unknown; held?: unknown };
  };
}

/** One sending of an order and what came of it. */
export interface Attempt extends Answer {
  times: Times;
  startedOffline: boolean;
  reach?: Reach;
}

/** Where an order goes. A space is sent as %20, for a + is a plus to some readers of a query, a space to others. */
export function urlOf({ item }: Order): string {
  const pairs = Object.entries(item).map(([field, text]) => `${field}=${encodeURIComponent(text)}`);
  return `${API_URL}?${pairs.join("&")}`;
}

/** Sends until an answer is final. That is safe with every method: to store an item twice is to store it once. */
export async function send(order: Order, onRepeat: (last: Attempt) => void): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (;;) {
    const last = await attempt(order);
    attempts.push(last);
    const wait = waitAfter(last, attempts.length);
    if (!isPassing(last) || attempts.length === ATTEMPTS || wait > LONGEST_WAIT_MS || isFutile(last))
      return attempts;
    onRepeat(last);
    await new Promise(resolve => setTimeout(resolve, wait));
  }
}

async function attempt(order: Order): Promise<Attempt> {
  const startedOffline = !navigator.onLine;
  performance.clearResourceTimings();
  const started = performance.now();
  const answer = await answerTo(order).catch(() => ({ status: 0, headers: new Headers(), body: {} }));
  const times = { browser: performance.now() - started, ...timesOnTheWay(urlOf(order), answer.headers) };
  return { ...answer, times, startedOffline, reach: answer.status ? undefined : await reachOfSite(API_URL) };
}

/** No header and no body: with those the browser would ask leave first, and a POST would cost two requests. */
async function answerTo(order: Order): Promise<Answer> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIME_LIMIT_MS);
  try {
    const response = await fetch(urlOf(order), {
      method: order.method,
      signal: limit.signal,
      cache: "no-store",
    });
    return { status: response.status, headers: response.headers, body: parse(await response.text()) };
  } finally {
    clearTimeout(timer);
  }
}

function parse(text: string): Answer["body"] {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Whether the same request may fare better a moment later. */
export const isPassing = ({ status }: Attempt) => status === 0 || status === 429 || status >= 500;

/** Whether the next attempt cannot fare better, however long it waits. */
const isFutile = ({ reach = "page" }: Attempt) => reach !== "page";

/** Whether an attempt may have stored the item without our knowing: not if it was refused, or could not leave. */
export const isUnclear = ({ status, reach, startedOffline }: Attempt) =>
  status === 0 ? reach === "page" || (reach === "nothing" && !startedOffline) : status < 400 || status >= 500;

/** The wait that Retry-After asks for, in milliseconds. */
export const askedWait = ({ headers }: Attempt) => Number(headers.get("retry-after")) * 1000 || 0;

/** Exponential backoff with full jitter, on top of what was asked for. */
const waitAfter = (last: Attempt, count: number) => askedWait(last) + Math.random() * 500 * 2 ** count;
