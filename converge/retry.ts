/** How long to be patient with AWS: one place for every retry and every wait. */
import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from "@smithy/types";
import { Refusal } from "./errors.ts";

/** The longest that one call is retried, and the longest pause between two attempts, in milliseconds. */
const PATIENCE = 150_000;
const LONGEST_PAUSE = 20_000;

/** Nobody listens, or there is no such name: a mistake in the settings, which patience does not mend. */
const UNREACHABLE = new Set(["ECONNREFUSED", "ENOTFOUND"]);
const UNREACHABLE_PATIENCE = 3000;

/**
 * Errors that pass by themselves and that the SDK does not retry.
 * A name alone is not enough where AWS uses it for hopeless cases too.
 */
const PASSING: { name: string; message?: RegExp }[] = [
  // A new role takes seconds to reach Lambda. https://github.com/aws/aws-sdk-js/issues/4408
  { name: "InvalidParameterValueException", message: /cannot be assumed|does not have permissions|KMS/ },
  {
    name: "ResourceConflictException",
    message: /update is in progress|currently in the following state|Pending/i,
  },
  { name: "ConcurrentModificationException" },
  // A new table's backups are available only after some seconds.
  { name: "ContinuousBackupsUnavailableException" },
  { name: "OperationAborted" },
  { name: "ConflictException", message: /concurrent|try again/i },
  { name: "BadRequestException", message: /concurrent|try again/i },
];

/** A quota of the account's that is used up: the SDK takes it for throttling, but it does not pass. */
const isUsedUp = ({ name, message }: Error) =>
  name === "LimitExceededException" && /quota|resource limit exceeded/i.test(message);

/** Whether an error that the SDK takes for final passes by itself. */
export const passes = (error: { name?: string; message?: string } | undefined): boolean =>
  PASSING.some(({ name, message }) => error?.name === name && (message?.test(error.message ?? "") ?? true));

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
    const code = (info.error as NodeJS.ErrnoException | undefined)?.code ?? "";
    const patience = UNREACHABLE.has(code) ? UNREACHABLE_PATIENCE : PATIENCE;
    if (delay === undefined || Date.now() + delay - since > patience) throw new Error("no more attempts");
    return attempt(count + 1, delay, since);
  },
  recordSuccess() {},
};

function delayBefore(
  count: number,
  { error, errorType, retryAfterHint }: RetryErrorInfo,
): number | undefined {
  if (errorType === "CLIENT_ERROR" && !passes(error)) return undefined;
  if (error instanceof Error && isUsedUp(error)) return undefined;
  const base = errorType === "THROTTLING" ? 1000 : 100;
  const jittered = Math.random() * Math.min(LONGEST_PAUSE, base * 2 ** count);
  const asked = retryAfterHint ? retryAfterHint.getTime() - Date.now() : 0;
  return Math.max(jittered, asked);
}

/** Waits so many milliseconds. */
export const pause = (milliseconds: number) =>
  new Promise<void>(resolve => setTimeout(resolve, milliseconds));

/**
 * Asks until there is an answer: densely at first, then every two seconds.
 * @param what what is waited for, for the error: "the table to become active"
 * @param seconds how long at most
 * @param ask returns undefined for "not yet"
 * @throws Refusal when the time is up
 */
export async function waitFor<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (let interval = 50; ; interval = Math.min(interval * 1.6, 2000)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() + interval > deadline) {
      throw new Refusal(
        `Waited ${seconds} seconds for ${what}, in vain.`,
        "Run the same command again to go on.",
      );
    }
    await pause(interval);
  }
}

/**
 * Repeats a call while it fails with an error that is expected to pass here, though not everywhere.
 * @throws the call's last error when the time is up
 */
export async function whileRefused<T>(
  seconds: number,
  expected: (error: Error) => boolean,
  call: () => Promise<T>,
) {
  const deadline = Date.now() + seconds * 1000;
  for (let interval = 200; ; interval = Math.min(interval * 2, 5000)) {
    try {
      return await call();
    } catch (error) {
      const wait = Math.random() * interval;
      if (!(error instanceof Error) || !expected(error) || Date.now() + wait > deadline) throw error;
      await pause(wait);
    }
  }
}
