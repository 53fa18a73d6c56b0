/** Everything that exists in the local AWS: plain data by service, kept in one JSON file when asked to. */
import { EventEmitter } from "node:events";
import { type Trace, Traces } from "./trace/trace.ts";

/** One control-plane call that was answered. */
export interface CallRecord {
  service: string;
  operation: string;
  status: number;
  ms: number;
  by: "account" | "role" | "anonymous";
}

/** One request that the REST API served. */
export interface ServedRecord {
  method: string;
  path: string;
  status: number;
  ms: number;
}

/** What a role's policies said when it asked for something. */
export interface Decision {
  roleName: string;
  action: string;
  resource: string;
  conditions?: Record<string, string>;
  verdict: "allow" | "deny" | "none";
}

/** A line that a function wrote, with its log group. */
export interface LogRecord {
  group: string;
  line: string;
}

/** What a local AWS tells while it works, by the name of the event. */
export interface Told {
  call: CallRecord;
  decided: Decision;
  served: ServedRecord;
  log: LogRecord;
  /** A line that is below its function's log level, and was written nowhere. */
  dropped: LogRecord;
  /** A request without a signature was answered. */
  trace: Trace;
}

type WorldEvents = { [Event in keyof Told]: [Told[Event]] } & {
  /** The data of some service has changed. */
  change: [];
};

/** How long states last that AWS takes time to leave, in milliseconds. Zero unless weather is asked for. */
export interface Timing {
  /** A new role can be assumed by Lambda only after this. */
  roleAssumable: number;
  /** A new table is CREATING, a changed one UPDATING, a deleted one DELETING. */
  table: number;
  /** A new function is Pending, a changed one InProgress. */
  function: number;
  /** A REST API is UPDATING after a change of how it is reached. */
  api: number;
  /** A new stage does not answer yet. */
  stage: number;
}

export class World extends EventEmitter<WorldEvents> {
  readonly account: string;
  readonly traces = new Traces();
  readonly timing: Timing = { roleAssumable: 0, table: 0, function: 0, api: 0, stage: 0 };
  /** Whether bad weather has API Gateway throttle a request to an API. */
  isThrottling: () => boolean = () => false;
  /** Where this AWS can be reached, "http://127.0.0.1:4566"; set once it listens. */
  endpoint = "http://127.0.0.1:4566";
  /** Resolves once all changes so far are where they outlive this process; at once where nothing is kept. */
  persist: () => Promise<void> = async () => {};
  readonly #data: Record<string, unknown>;
  readonly #closers: (() => Promise<void> | void)[] = [];

  constructor(account = "000000000000", data: Record<string, unknown> = {}) {
    super();
    this.account = account;
    this.#data = data;
  }

  /** The data of one service ("iam", or "lambda:eu-west-1" for a regional one): JSON only, changed in place. */
  state<S extends object>(key: string, initial: () => S): S {
    this.#data[key] ??= initial();
    return this.#data[key] as S;
  }

  /** All data, for saving. */
  toJSON(): Record<string, unknown> {
    return this.#data;
  }

  /** Registers what must end with the world: workers, databases. */
  onClose(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}
