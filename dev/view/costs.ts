/**
 * What a session would have cost on AWS, in us-east-1 and without free tiers: docs/growth.md has the prices with their
 * sources. Storage and traffic are left out.
 */
import type { Part, Trace } from "local-aws";
import type { Cost } from "./shown.ts";

const MILLION = 1_000_000;
const MEMORY_GB = 0.5;
const PRICES = {
  page: 0.4 / MILLION,
  api: 3.5 / MILLION,
  invocation: 0.2 / MILLION,
  gigabyteSecond: 13.3334 / MILLION,
  readUnit: 0.125 / MILLION,
  writeUnit: 0.625 / MILLION,
  logByte: 0.5 / 1e9,
};

/** CloudWatch Logs counts 26 bytes an event beside its text. */
const EVENT_BYTES = 26;

interface Sum {
  count: number;
  dollars: number;
}

const WORDS: Partial<Record<Part, string>> = {
  s3: "pages read",
  api: "requests",
  lambda: "invocations",
  dynamodb: "units",
  logs: "log lines",
};

/** Adds up what each part takes. */
export class Costs {
  readonly #sums = new Map<Part, Sum>();

  add({ kind, spans }: Trace): void {
    if (kind !== "page") this.#add("api", 1, PRICES.api);
    for (const { part, what, data = {} } of spans) {
      if (part === "s3") this.#add(part, 1, PRICES.page);
      if (part === "lambda" && data.environment)
        this.#add(part, 1, PRICES.invocation + timeOf(data.environment as Ran));
      if (part === "logs" && data.line)
        this.#add(part, 1, (String(data.line).length + EVENT_BYTES) * PRICES.logByte);
      if (part === "dynamodb" && data.units) {
        const price = what.startsWith("Get") ? PRICES.readUnit : PRICES.writeUnit;
        this.#add(part, Number(data.units), Number(data.units) * price);
      }
    }
  }

  /** Each part that took something. */
  all(): Cost[] {
    return Object.entries(WORDS).flatMap(([name, word]) => {
      const sum = this.#sums.get(name as Part);
      return sum ? [{ part: name as Part, what: `${sum.count} ${word}`, dollars: sum.dollars }] : [];
    });
  }

  #add(part: Part, count: number, dollars: number): void {
    const sum = this.#sums.get(part) ?? { count: 0, dollars: 0 };
    this.#sums.set(part, { count: sum.count + count, dollars: sum.dollars + dollars });
  }
}

interface Ran {
  isCold: boolean;
  initMs: number;
  ranMs: number;
}

/**
 * Lambda bills each millisecond that was begun, those in which a new environment is made ready included. That a request
 * waits for one that is free happens here only.
 */
const timeOf = ({ isCold, initMs, ranMs }: Ran): number =>
  (Math.ceil((isCold ? initMs : 0) + ranMs) / 1000) * MEMORY_GB * PRICES.gigabyteSecond;
