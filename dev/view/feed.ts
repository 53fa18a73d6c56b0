/** What happens, gathered for a moment and then sent to every view that is open. */
import type { Span, Trace } from "local-aws";
import { FINE } from "./climates.ts";
import { Costs } from "./costs.ts";
import { lineBehind } from "./lines.ts";
import { marksOf, type Shown, type Update } from "./shown.ts";

const GATHER_MS = 25;
/** Nobody can look at more: of further ones only their number is told. */
const A_SECOND = 20;
/** What a view that opens is shown of what was before. */
const BEFORE = 50;
/** Of an event or an answer, the view shows so much. */
const MOST_TEXT = 4_000;

export type Send = (update: Update) => void;

/** Collects what is traced, and sends it on while somebody looks. */
export class Feed {
  weather = FINE;
  #pages = 0;
  readonly #views = new Set<Send>();
  readonly #costs = new Costs();
  readonly #before = new Map<string, () => Shown>();
  #gathered: Trace[] = [];
  #deploy: Shown | undefined;
  #timer: NodeJS.Timeout | undefined;
  #left = A_SECOND;
  #refilled = performance.now();

  /** A request was answered. */
  add(trace: Trace): void {
    this.#costs.add(trace);
    this.#keep(trace.id, () => shown(trace));
    if (this.#views.size > 0 && this.#gathered.push(trace)) this.#soon();
  }

  /** A deploy has come this far. */
  addDeploy(deploy: Shown): void {
    this.#keep(deploy.id, () => deploy);
    if (this.#views.size === 0) return;
    this.#deploy = deploy;
    this.#soon();
  }

  /** The form's page was stored. */
  addPage(): void {
    this.#pages++;
    this.tell();
  }

  /** Lets a view see what was, and what comes. @returns ends that */
  open(send: Send): () => void {
    this.#views.add(send);
    send({ traces: Array.from(this.#before.values(), show => show()), skipped: 0, ...this.#state() });
    return () => this.#views.delete(send);
  }

  /** Tells all views how things are now. */
  tell(): void {
    this.#send({ traces: [], skipped: 0 });
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #keep(id: string, show: () => Shown): void {
    this.#before.set(id, show);
    if (this.#before.size > BEFORE) this.#before.delete(this.#before.keys().next().value!);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #flush(): void {
    this.#timer = undefined;
    const gathered = this.#gathered;
    this.#gathered = [];
    this.#refill();
    // What went wrong is what somebody looks for.
    const first = [...gathered].sort((a, b) => rank(a) - rank(b)).slice(0, Math.floor(this.#left));
    this.#left -= first.length;
    const chosen = gathered.filter(trace => first.includes(trace));
    const deploys = this.#deploy ? [this.#deploy] : [];
    this.#deploy = undefined;
    this.#send({ traces: [...deploys, ...chosen.map(shown)], skipped: gathered.length - chosen.length });
  }

  #refill(): void {
    const seconds = (performance.now() - this.#refilled) / 1000;
    this.#left = Math.min(A_SECOND, this.#left + seconds * A_SECOND);
    this.#refilled = performance.now();
  }

  #send(what: Pick<Update, "traces" | "skipped">): void {
    for (const send of this.#views) send({ ...what, ...this.#state() });
  }

  #state() {
    return { costs: this.#costs.all(), weather: this.weather, pages: this.#pages };
  }
}

const rank = ({ spans }: Trace): number => (marksOf(spans).broken ? 0 : 1);

function shown({ id, kind, time, method, url, status, ms, spans }: Trace): Shown {
  const told = spans.map(span => ({ ...span, data: shortened(span.data), line: lineBehind(span, spans) }));
  return { id, kind, time, method, url, status, ms, spans: told, ...marksOf(spans) };
}

const shortened = (data: Span["data"]) =>
  data && Object.fromEntries(Object.entries(data).map(([name, value]) => [name, cut(value)]));

const cut = (value: unknown): unknown =>
  typeof value === "string" && value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT)}…` : value;
