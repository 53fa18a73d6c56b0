/** The execution environments of one revision of a function: as many as its requests need, up to a limit. */
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { Environment, type EnvironmentSettings, type Event } from "./environment.ts";
import type { Outcome } from "./outcome.ts";
import { makeTaskRoot, type TaskRoot } from "./task-root.ts";

export interface PoolSettings {
  zip: Uint8Array;
  /** How many environments there may be; further requests wait. */
  limit: number;
  /** An environment without work for so long is ended. */
  idleMs: number;
  /** What the next environment is made of. */
  environment: (taskRoot: string) => EnvironmentSettings;
}

/**
 * One environment a processor is best for functions that compute. Functions that wait need more: when requests have
 * waited for longer than this while all threads were idle for most of it, another environment is started.
 */
const PATIENCE_MS = 500;
const PROCESSORS = availableParallelism();

interface Waiting {
  since: number;
  event: Event;
  resolve: (outcome: Outcome) => void;
}

export class Pool {
  /** Requests that wait or run. */
  inFlight = 0;
  readonly #settings: PoolSettings;
  readonly #taskRoot: TaskRoot;
  readonly #environments = new Map<Environment, NodeJS.Timeout>();
  readonly #idle: Environment[] = [];
  #waiting: Waiting[] = [];
  #starting = 0;
  #retired = false;
  #patience: NodeJS.Timeout | undefined;
  /** Whether all threads were mostly idle during the last such wait. */
  #isIdle = false;
  #closing: Promise<void> | undefined;
  #resolveClosed = () => {};
  readonly #closed = new Promise<void>(resolve => {
    this.#resolveClosed = resolve;
  });

  private constructor(settings: PoolSettings, taskRoot: TaskRoot) {
    this.#settings = settings;
    this.#taskRoot = taskRoot;
  }

  /** Unpacks the deployment package; environments start when requests come. */
  static async open(settings: PoolSettings): Promise<Pool> {
    return new Pool(settings, await makeTaskRoot(settings.zip));
  }

  /** Runs an event on an environment that is free, starting one if need be. */
  async run(event: Event): Promise<Outcome> {
    this.inFlight++;
    try {
      return await new Promise<Outcome>(resolve => {
        this.#waiting.push({ since: performance.now(), event, resolve });
        this.#dispatch();
      });
    } finally {
      this.inFlight--;
      this.#closeIfDone();
    }
  }

  /** No new requests come: those that are here end normally, then everything is cleaned away. */
  async retire(): Promise<void> {
    this.#retired = true;
    this.#closeIfDone();
    await this.#closed;
  }

  /** Ends everything now. */
  close(): Promise<void> {
    this.#closing ??= this.#end().then(this.#resolveClosed);
    return this.#closing;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#patience);
    this.#failWaiting({
      payload: `{"errorType":"Sandbox.Closed","errorMessage":"Lambda is shut down"}`,
      failed: true,
    });
    await Promise.all([...this.#environments.keys()].map(environment => environment.end()));
    await this.#taskRoot.remove();
  }

  #closeIfDone(): void {
    if (this.#retired && this.inFlight === 0) void this.close();
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0)
      this.#work(this.#idle.pop()!, this.#waiting.shift()!);
    if (this.#needsAnother()) void this.#start();
    if (this.#waiting.length > 0) this.#lookAgain();
  }

  #lookAgain(): void {
    if (this.#patience) return;
    const threads = [utilization(performance), ...[...this.#environments.keys()].map(utilization)];
    this.#patience = setTimeout(() => {
      this.#patience = undefined;
      this.#isIdle = threads.every(busy => busy() < 0.5);
      this.#dispatch();
    }, PATIENCE_MS);
  }

  /** Starting one is work for a processor: more at a time than there are processors only makes them all late. */
  #needsAnother(): boolean {
    const { size } = this.#environments;
    const [longest] = this.#waiting;
    if (!longest || this.#closing || size >= this.#settings.limit) return false;
    const isImpatient = performance.now() - longest.since >= PATIENCE_MS;
    return (
      (size < PROCESSORS || (isImpatient && this.#isIdle)) &&
      this.#starting < Math.min(this.#waiting.length, PROCESSORS)
    );
  }

  async #start(): Promise<void> {
    const environment = new Environment(this.#settings.environment(this.#taskRoot.path));
    const timer = setTimeout(() => this.#endIfIdle(environment), this.#settings.idleMs).unref();
    this.#environments.set(environment, timer);
    this.#isIdle = false;
    void environment.ended.then(() => this.#forget(environment));
    this.#starting++;
    const failure = await environment.ready;
    this.#starting--;
    if (!failure) this.#idle.push(environment);
    // What cannot be loaded now cannot be loaded for the next in the queue either.
    else this.#failWaiting(failure);
    this.#dispatch();
  }

  #work(environment: Environment, { event, resolve }: Waiting): void {
    void environment.run(event).then(outcome => {
      resolve(outcome);
      if (environment.usable) this.#idle.push(environment);
      this.#environments.get(environment)?.refresh();
      this.#dispatch();
    });
  }

  #endIfIdle(environment: Environment): void {
    if (this.#removeFromIdle(environment)) void environment.end();
  }

  #forget(environment: Environment): void {
    clearTimeout(this.#environments.get(environment));
    this.#environments.delete(environment);
    this.#removeFromIdle(environment);
    this.#dispatch();
  }

  #removeFromIdle(environment: Environment): boolean {
    const at = this.#idle.indexOf(environment);
    return at >= 0 && this.#idle.splice(at, 1).length > 0;
  }

  #failWaiting(outcome: Outcome): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve(outcome);
  }
}

/** Begins to measure a thread; what it returns tells the share of the time since then that the thread has worked. */
function utilization({
  eventLoopUtilization,
}: Pick<typeof performance, "eventLoopUtilization">): () => number {
  const begun = eventLoopUtilization();
  return () => eventLoopUtilization(begun).utilization;
}
