/**
 * An execution environment: a worker thread with its own environment variables that runs one event at a time.
 * It keeps a function that throws, loops for ever or exits from harming the rest, but it is no sandbox: a function
 * that means harm can read this user's files, as any program that you start can.
 */
import { Worker } from "node:worker_threads";
import { headerOf, type OpenTrace } from "../trace/trace.ts";
import { watchMemory } from "./memory.ts";
import {
  asFunctionError,
  exited,
  type FunctionError,
  failed,
  type Outcome,
  outOfMemory,
  timedOut,
} from "./outcome.ts";

export interface EnvironmentSettings {
  /** The directory that the deployment package was unpacked to. */
  taskRoot: string;
  handler: string;
  runtime: string;
  logFormat: string;
  /** Lines of console.debug and the like are written from this level on: all of them, if it is left out. */
  logLevel?: string;
  memoryMegabytes: number;
  variables: Record<string, string>;
  /** Called with each line that the function writes, and the trace of the event that it was given last. */
  onLog: (line: string, trace?: OpenTrace) => void;
  /** Called with each line that is below the function's log level. */
  onDropped: (line: string) => void;
}

export interface Event {
  payload: string;
  requestId: string;
  timeoutMs: number;
  context: Record<string, string>;
  /** Of the request that caused it. */
  trace?: OpenTrace;
}

type Message =
  | { type: "ready" }
  | { type: "log"; line: string }
  | { type: "dropped"; line: string }
  | { type: "answer"; payload: string }
  | { type: "error" | "crash"; error: FunctionError };

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const INIT_MS = 10_000;

/** So much more heap than the function's memory, as V8 ends the whole process when one allocation goes beyond it. */
const HEADROOM_MEGABYTES = 1_024;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const TAIL = 4096;

export class Environment {
  /** Undefined once the handler is loaded; an outcome when it cannot be. */
  readonly ready: Promise<Outcome | undefined>;
  /** Resolves when the worker is gone, whatever ended it. */
  readonly ended: Promise<void>;
  /** Whether it can take another event. */
  usable = true;
  readonly #worker: Worker;
  readonly #onLog: (line: string) => void;
  readonly #onDropped: (line: string) => void;
  readonly #memoryMegabytes: number;
  readonly #made = performance.now();
  #initMs = 0;
  #isCold = true;
  #trace: OpenTrace | undefined;
  #requestId = "";
  #tail = "";
  #settle: (outcome: Outcome | undefined) => void = () => {};

  constructor({
    taskRoot,
    handler,
    runtime,
    logFormat,
    logLevel,
    memoryMegabytes,
    variables,
    onLog,
    onDropped,
  }: EnvironmentSettings) {
    this.#worker = new Worker(new URL("./worker.mjs", import.meta.url), {
      workerData: { taskRoot, handler, runtime, logFormat, logLevel },
      env: variables,
      execArgv: [],
      argv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes + HEADROOM_MEGABYTES },
    });
    this.#onDropped = onDropped;
    this.#onLog = line => {
      this.#tail = `${this.#tail}${line}\n`.slice(-TAIL);
      onLog(line, this.#trace);
    };
    this.#memoryMegabytes = memoryMegabytes;
    this.ready = this.#next(INIT_MS);
    this.ended = new Promise(resolve => this.#worker.once("exit", () => resolve()));
    this.#worker.on("message", (message: Message) => this.#receive(message));
    this.#worker.on("error", (error: NodeJS.ErrnoException) =>
      this.#break(asFunctionError(error, this.#requestId)),
    );
    this.#worker.on("exit", code => this.#break(exited(code, this.#requestId)));
  }

  /** Runs one event to its end. */
  async run({ payload, requestId, timeoutMs, context, trace }: Event): Promise<Outcome> {
    const began = performance.now();
    const isCold = this.#isCold;
    this.#isCold = false;
    this.#requestId = requestId;
    this.#trace = trace;
    this.#tail = "";
    const outcome = this.#next(timeoutMs);
    const deadline = Date.now() + timeoutMs;
    this.#worker.postMessage({ event: payload, deadline, context, traceHeader: headerOf(trace) });
    const ended = (await outcome) as Outcome;
    const environment = { initMs: this.#initMs, isCold, ranMs: performance.now() - began };
    return { ...ended, tail: this.#tail, environment };
  }

  get eventLoopUtilization() {
    return this.#worker.performance.eventLoopUtilization;
  }

  /** Ends the worker, even in the middle of an endless loop. */
  async end(): Promise<void> {
    this.usable = false;
    await this.#worker.terminate();
  }

  /** What the worker says next, or that its time is over. An idle worker keeps no process alive. */
  #next(timeoutMs: number): Promise<Outcome | undefined> {
    this.#worker.ref();
    return new Promise(resolve => {
      const unwatch = watchMemory(this.#memoryMegabytes, () => {
        this.#break(outOfMemory(this.#requestId));
        return this.end();
      });
      const timer = setTimeout(() => {
        const message = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
        this.#onLog(`${new Date().toISOString()} ${this.#requestId} ${message}`);
        this.#break(timedOut(this.#requestId, message));
        void this.end();
      }, timeoutMs);
      this.#settle = outcome => {
        clearTimeout(timer);
        unwatch();
        this.#worker.unref();
        this.#settle = () => {};
        resolve(outcome);
      };
    });
  }

  #receive(message: Message): void {
    if (message.type === "log") this.#onLog(message.line);
    else if (message.type === "dropped") this.#onDropped(message.line);
    else if (message.type === "ready") this.#begin();
    else if (message.type === "answer") this.#settle({ payload: message.payload, failed: false });
    else {
      this.#onLog(JSON.stringify({ level: "ERROR", requestId: this.#requestId, message: message.error }));
      if (message.type === "crash") this.#break(message.error);
      else this.#settle(failed(message.error));
    }
  }

  #begin(): void {
    this.#initMs = performance.now() - this.#made;
    this.#settle(undefined);
  }

  #break(error: FunctionError): void {
    this.usable = false;
    this.#settle(failed(error));
  }
}
