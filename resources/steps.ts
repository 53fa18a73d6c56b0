/** The steps of a deploy or teardown: all of them look, then each is carried out as soon as those before it are. */
import type { Change, Plan } from "./resource.ts";

/** What has become of one resource. */
export interface Result {
  type: string;
  name: string;
  /** Skipped: a step before it failed. */
  outcome: Plan["outcome"] | "failed" | "skipped";
  changes: Change[];
  /** How long the work on it took, in milliseconds, without the wait for others. */
  ms: number;
  error?: Error;
}

/** Who is told what happens. */
export interface Progress {
  /** What is about to be done, and where. */
  begin(headline: string): void;
  /** A resource is worked on from now. */
  working(resource: Named): void;
  done(result: Result): void;
  note(text: string): void;
}

export const silent: Progress = { begin() {}, working() {}, done() {}, note() {} };

interface Named {
  type: string;
  name: string;
}

export interface Step {
  resource: Named;
  plan: Promise<Plan>;
  after: Step[];
}

export class Steps<Resource extends Named> {
  readonly #planOf: (resource: Resource) => Promise<Plan>;
  readonly #steps: Step[] = [];

  /** @param planOf says what is to be done to a resource; reads only */
  constructor(planOf: (resource: Resource) => Promise<Plan>) {
    this.#planOf = planOf;
  }

  /**
   * Adds a resource and begins to look at it.
   * @param after the steps, added before, that must be through before this one is carried out
   */
  add(resource: Resource, ...after: Step[]): Step {
    const step = { resource, plan: this.#planOf(resource), after };
    step.plan.catch(() => {}); // look() reports it
    this.#steps.push(step);
    return step;
  }

  /**
   * Says what is to be done, once every resource was looked at. Nothing has been written.
   * @throws the first error: a Refusal when a resource is not ours
   */
  look(): Promise<Result[]> {
    return Promise.all(
      this.#steps.map(async ({ resource: { type, name }, plan }) => {
        const { outcome, changes } = await plan;
        return { type, name, outcome, changes, ms: 0 };
      }),
    );
  }

  /** Carries out every step. A failure does not interrupt the steps that do not depend on it. */
  carryOut(progress: Progress): Promise<Result[]> {
    const ends = new Map<Step, Promise<Result>>();
    for (const step of this.#steps) {
      const before = step.after.map(other => ends.get(other)!);
      ends.set(
        step,
        Promise.all(before).then(results => carryOut(step, results, progress)),
      );
    }
    return Promise.all(ends.values());
  }
}

async function carryOut({ resource, plan }: Step, before: Result[], progress: Progress): Promise<Result> {
  const { type, name } = resource;
  const { outcome, changes, apply } = await plan;
  const started = performance.now();
  const end = (outcome: Result["outcome"], error?: Error): Result => {
    const ms = Math.round(performance.now() - started);
    const result = { type, name, outcome, changes, ms, ...(error ? { error } : {}) };
    progress.done(result);
    return result;
  };
  if (before.some(({ outcome }) => outcome === "failed" || outcome === "skipped")) return end("skipped");
  progress.working(resource);
  try {
    await apply();
    return end(outcome);
  } catch (error) {
    return end("failed", error as Error);
  }
}
