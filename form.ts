/** The form: what the person typed goes to the API, and what is known about the outcome is said in words. */
import { element, fill, inputOf, isIdAlone, mark, measure } from "./form/fields.ts";
import { hasNewerPage } from "./form/site.ts";
import { listOf, textIn } from "./form/texts.ts";
import { trace } from "./form/wire.ts";
import { FIELD_NAMES, FIELDS, type Field, type Item, type Problem, problemWith } from "./item.ts";
import { type Attempt, askedWait, isPassing, isUnclear, type Order, send } from "./request.ts";

/** What the person gets to know. */
interface Notice {
  tone: "busy" | "plain" | "bad";
  title: string;
  text?: string;
  item?: Order["item"];
  /** What is there, where the item would replace it. */
  held?: Item;
  problems?: Problem[];
  next?: { label: string; run: () => void };
}

const DOING: Record<Order["method"], string> = { POST: "Saving…", PUT: "Replacing…", GET: "Looking up…" };

const GOES_WITH_IT = "What you typed goes with it: copy it first.";
const RELOAD = { label: "Reload", run: () => location.reload() };
const WOULD_REPLACE = "This would replace it:";
const form = element<HTMLFormElement>("form");
const outcome = element("outcome");
const next = element<HTMLButtonElement>("next");
let busy = false;

form.onsubmit = event => {
  event.preventDefault();
  submit("POST");
};
// Textareas, because an input drops line breaks from what is pasted without a word; yet Enter sends. Who has typed
// nothing but an ID wants to know what is there.
form.onkeydown = event => {
  if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLTextAreaElement)) return;
  event.preventDefault();
  submit(event.target.id === "id" && isIdAlone() ? "GET" : "POST");
};
form.oninput = event => {
  const field = (event.target as HTMLElement).id as Field;
  measure(field);
  mark(field, []);
};
element("look-up").onclick = () => submit("GET");
// Who comes back, from another tab or an editor, may find that the site has been deployed anew. Trouble is told first.
window.onfocus = async () => {
  if (!(await hasNewerPage()) || busy || outcome.dataset.tone === "bad") return;
  show({ tone: "plain", title: "This page has changed: reload", text: GOES_WITH_IT, next: RELOAD });
};
FIELD_NAMES.forEach(measure);

/** The same check as the API's comes first: what would be refused is not sent. */
function submit(method: Order["method"]): void {
  const fields: Field[] = method === "GET" ? ["id"] : FIELD_NAMES;
  const item = Object.fromEntries(fields.map(field => [field, inputOf(field).value])) as Order["item"];
  const problems = fields.flatMap(field => problemWith(field, item[field]) ?? []);
  if (problems.length === 0) ask({ method, item });
  else if (!busy) show({ tone: "bad", title: "Not sent", text: "Please correct what is marked.", problems });
}

async function ask(order: Order): Promise<void> {
  if (busy) return;
  setBusy(true);
  trace(order, []);
  show({ tone: "busy", title: DOING[order.method], item: order.item });
  const attempts = await send(order, last => {
    show({ tone: "busy", title: "Trying again…", text: troubleOf(last)[1], item: order.item });
  });
  setBusy(false);
  trace(order, attempts);
  const notice = noticeOf(order, attempts);
  if (order.method === "GET" && isItem(notice.item)) fill(notice.item);
  show(notice);
}

function noticeOf(order: Order, attempts: Attempt[]): Notice {
  const last = attempts.at(-1)!;
  const earlierUnclear = attempts.slice(0, -1).some(isUnclear);
  return success(order, last, earlierUnclear) ?? refusal(order, last) ?? failure(order, last, attempts);
}

/** Good news only if the answer holds the very item that was sent or asked for. */
function success({ method, item }: Order, last: Attempt, earlierUnclear: boolean): Notice | undefined {
  const held = last.body;
  const isSame = Object.entries(item).every(([field, text]) => held[field as Field] === text);
  if (![200, 201].includes(last.status) || !isItem(held) || !isSame) return;
  const good = (title: string, text?: string): Notice => ({ tone: "plain", title, text, item: held });
  if (method === "GET") return good("Found");
  if (last.status === 201 || earlierUnclear) return good("Stored", "The table holds exactly this item.");
  if (method === "PUT") return good("Replaced", "The ID now holds this value.");
  return good("Already stored", "The same item was there before. Nothing has changed.");
}

const isItem = (held: unknown): held is Item =>
  FIELD_NAMES.every(field => typeof (held as Item | undefined)?.[field] === "string");

function refusal({ method, item }: Order, { status, body }: Attempt): Notice | undefined {
  if (typeof body.error?.message !== "string") return;
  const bad = (title: string, text: string): Notice => ({ tone: "bad", title, text, item });
  if (status === 400) return { ...bad("Not accepted", body.error.message), problems: problemsIn(body.error) };
  if (status === 404 && method === "GET")
    return { tone: "plain", title: "No such item", text: "Nothing is stored under this ID.", item };
  if (status !== 409 || method !== "POST") return;
  const held = isItem(body.error.held) ? body.error.held : undefined;
  const upTo = held ? "This is there:" : WOULD_REPLACE;
  const conflict = bad("This ID holds another value", `Nothing was overwritten. ${upTo}`);
  return { ...conflict, held, next: { label: "Replace it", run: () => ask({ method: "PUT", item }) } };
}

function problemsIn(error: { problems?: unknown }): Problem[] {
  const problems = Array.isArray(error.problems) ? error.problems : [error];
  return problems.filter(problem => problem?.field in FIELDS && typeof problem.message === "string");
}

function failure(order: Order, last: Attempt, attempts: Attempt[]): Notice {
  const [title, text] = troubleOf(last);
  const isInDoubt = order.method !== "GET" && attempts.some(isUnclear);
  const doubt = isInDoubt ? " The item may or may not be stored; trying again is safe." : "";
  const next = last.reach === "newer page" ? RELOAD : { label: "Try again", run: () => ask(order) };
  return { tone: "bad", title, text: text + doubt, item: order.item, next };
}

function troubleOf(last: Attempt): [title: string, text: string] {
  const { status, body, reach } = last;
  if (reach === "nothing") return ["You are offline", "What you typed is kept."];
  if (reach === "newer page") return ["This page is older than its API: reload", GOES_WITH_IT];
  if (status === 0) return ["No answer", "The API cannot be reached, or takes too long."];
  const said = typeof body.error?.message === "string" ? body.error.message : `It answered ${status}.`;
  const seconds = askedWait(last) / 1000;
  if (status === 403) return ["Refused", said];
  if (!isPassing(last)) return ["Unexpected answer", said];
  if (seconds) return ["The API is busy", `It asks for a pause of ${seconds} s.`];
  return [status === 429 ? "The API is busy" : "The API is in trouble", said];
}

function show({ tone, title, text, item, held, problems = [], next: following }: Notice): void {
  const parts = [textIn("h2", title)];
  if (text) parts.push(textIn("p", text));
  if (held) parts.push(listOf(held), textIn("p", WOULD_REPLACE));
  if (item) parts.push(listOf(item));
  outcome.dataset.tone = tone;
  outcome.replaceChildren(...parts);
  for (const field of FIELD_NAMES) mark(field, problems);
  const wasFocused = document.activeElement === next;
  next.hidden = !following && !(busy && wasFocused);
  if (following) Object.assign(next, { textContent: following.label, onclick: following.run });
  outcome.scrollIntoView({ block: "nearest" });
  if (problems.length > 0) form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  else if (wasFocused && next.hidden) outcome.focus();
}

/** Buttons stay focusable while they wait; `busy` is what keeps a second request from being sent. */
function setBusy(now: boolean): void {
  busy = now;
  form.ariaBusy = String(now);
  for (const button of document.querySelectorAll("button")) button.ariaDisabled = String(now);
}
