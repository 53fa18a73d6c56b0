/** How long to be patient with AWS: one place for every retry and every wait. */
import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from "@smithy/types";
import { passes, Refusal } from "./errors.ts";

/** How long one call is retried at the longest, in milliseconds, by whether its error passes. */
const PATIENCE = { "in time": 150_000, "in seconds": 20_000, soon: 3000 };
const LONGEST_PAUSE = 20_000;

interface Attempt extends RetryToken {
  count: number;
  since: number;
}

const attempt = (count: number, delay: number, since: number): Attempt => ({
  count,
  since,
  getRetryCount: () => count,
  getRetryDelay: () => delay,
});

/**
 * Retries by name, with full jitter, for a bounded time. Replaces the SDK's own strategy, which gives up after
 * three attempts: API Gateway allows one DeleteRestApi in 30 seconds.
 */
export const retryStrategy: RetryStrategyV2 = {
  acquireInitialRetryToken: async () => attempt(0, 0, Date.now()),
  async refreshRetryTokenForRetry(token, info) {
    const { count, since } = token as Attempt;
    const delay = delayBefore(count + 1, info);
    const hope = hopeFor(info);
    if (hope === "never" || Date.now() + delay - since > PATIENCE[hope]) throw new Error("no more attempts");
    return attempt(count + 1, delay, since);
  },
  recordSuccess() {},
};

function hopeFor({ error, errorType }: RetryErrorInfo) {
  const known = error instanceof Error ? passes(error) : undefined;
  return known ?? (errorType === "CLIENT_ERROR" ? "never" : "in time");
}

function delayBefore(count: number, { errorType, retryAfterHint }: RetryErrorInfo): number {
  const base = errorType === "THROTTLING" ? 1000 : 100;
  const jittered = Math.random() * Math.min(LONGEST_PAUSE, base * 2 ** count);
  const asked = retryAfterHint ? retryAfterHint.getTime() - Date.now() : 0;
  return Math.max(jittered, asked);
}

/** Waits so many milliseconds. */
export const pause = (milliseconds: number) =>
  new Promise<void>(resolve => setTimeout(resolve, milliseconds));

/** How often to try, and for how long. */
export interface Patience {
  /** No attempt begins later than that after the first one. */
  seconds?: number;
  attempts?: number;
  /** The first pause and the longest, in milliseconds; each is longer than the last by the factor `growth`. */
  firstPause: number;
  longestPause: number;
  growth?: number;
  /** Pauses of any part of these, by chance: two who are in each other's way part. */
  jitter?: boolean;
}

/**
 * Does something again and again while it fails with an error that passes.
 * @throws the last error, when another one has come or the patience is at its end
 */
export async function persist<T>(
  patience: Patience,
  passes: (error: Error) => boolean,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  const { seconds = Number.POSITIVE_INFINITY, attempts = Number.POSITIVE_INFINITY } = patience;
  const deadline = Date.now() + seconds * 1000;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const wait = pauseAfter(attempt, patience);
      const isOver = attempt >= attempts || Date.now() + wait > deadline;
      if (isOver || !(error instanceof Error) || !passes(error)) throw error;
      await pause(wait);
    }
  }
}

function pauseAfter(attempt: number, { firstPause, longestPause, growth = 2, jitter = false }: Patience) {
  const longest = Math.min(firstPause * growth ** (attempt - 1), longestPause);
  return jitter ? Math.random() * longest : longest;
}

/** Densely at first, then every two seconds. */
const ASKING = { firstPause: 50, longestPause: 2000, growth: 1.6 };

/**
 * Asks until there is an answer.
 * @param what what is waited for, for the error: "the table to become active"
 * @param seconds how long at most
 * @param ask returns undefined for "not yet"
 * @throws Refusal when the time is up
 */
export function waitFor<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const message = `Waited ${seconds} seconds for ${what}, in vain.`;
  const notYet = new Refusal(message, "Run the same command again to go on.");
  const isNotYet = (error: Error) => error === notYet;
  return persist({ seconds, ...ASKING }, isNotYet, async () => {
    const answer = await ask();
    if (answer === undefined) throw notYet;
    return answer;
  });
}
