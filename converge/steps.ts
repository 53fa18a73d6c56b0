/** The steps of a deploy or teardown: all of them look, then each is carried out as soon as those before it are. */
import { asOne } from "./errors.ts";
import type { Change, Plan } from "./resource.ts";

/** What has become of one resource. */
export interface Result {
  type: string;
  name: string;
  outcome: Plan["outcome"] | "failed" | "skipped";
  changes: Change[];
  /** When the work on it began, in milliseconds since the work on the first did. */
  start: number;
  /** How long the work on it took, in milliseconds, without the wait for others. */
  ms: number;
  /** The type of the resource that it waited for longest. */
  after?: string;
  /** The types of those that it is skipped for: they failed, or were skipped themselves. */
  waitsFor?: string[];
  error?: Error;
}

/** What is about to be done, and to whom. */
export interface Task {
  action: "Deploying" | "Removing" | "Looking at";
  name: string;
  account: string;
  region: string;
  /** Whose credentials are used. */
  caller: string;
  /** What stands in for AWS. */
  endpoint?: string;
}

/** Who is told what happens. */
export interface Progress {
  /** Something takes its time, and there is nothing else to show: "Looking at what exists". */
  during<T>(what: string, work: Promise<T>): Promise<T>;
  begin(task: Task): void;
  /** A resource is worked on from now. */
  working(result: Result): void;
  done(result: Result): void;
  /** Every step has ended. */
  end(results: Result[]): void;
  note(text: string): void;
  /** Nothing follows: the process is about to end in the middle of it. */
  interrupt(): void;
}

export const silent: Progress = {
  during: (_, work) => work,
  begin() {},
  working() {},
  done() {},
  end() {},
  note() {},
  interrupt() {},
};

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
   * @throws what went wrong, all of it: a Refusal where a resource is not ours
   */
  async look(): Promise<Result[]> {
    const plans = await Promise.allSettled(this.#steps.map(({ plan }) => plan));
    const errors = plans.flatMap(plan => (plan.status === "rejected" ? [plan.reason] : []));
    if (errors.length > 0) throw asOne(errors);
    return Promise.all(
      this.#steps.map(async ({ resource: { type, name }, plan }) => {
        const { outcome, changes } = await plan;
        return { type, name, outcome, changes, start: 0, ms: 0 };
      }),
    );
  }

  /** Carries out every step. A failure does not interrupt the steps that do not depend on it. */
  async carryOut(progress: Progress): Promise<Result[]> {
    const ends = new Map<Step, Promise<Result>>();
    const since = performance.now();
    for (const step of this.#steps) {
      const before = Promise.all(step.after.map(other => ends.get(other)!));
      ends.set(
        step,
        before.then(results => carryOut(step, results, since, progress)),
      );
    }
    const results = await Promise.all(ends.values());
    progress.end(results);
    return results;
  }
}

async function carryOut(
  { resource: { type, name }, plan }: Step,
  before: Result[],
  since: number,
  progress: Progress,
): Promise<Result> {
  const { outcome, changes, apply } = await plan;
  const start = Math.round(performance.now() - since);
  const after = lastOf(before)?.type;
  const begun: Result = { type, name, outcome, changes, start, ms: 0, ...(after ? { after } : {}) };
  const end = (ended: Partial<Result>): Result => {
    const result = { ...begun, ms: Math.round(performance.now() - since) - start, ...ended };
    progress.done(result);
    return result;
  };
  const waitsFor = before.filter(isLeft).map(({ type }) => type);
  if (waitsFor.length > 0) return end({ outcome: "skipped", waitsFor });
  progress.working(begun);
  try {
    await apply();
    return end({});
  } catch (error) {
    return end({ outcome: "failed", error: error as Error });
  }
}

/** Whether a resource is not as it was to become. */
export const isLeft = ({ outcome }: Result): boolean => outcome === "failed" || outcome === "skipped";

/** The failures among the results as one error; undefined where none failed. */
export function failureOf(results: Result[]): Error | undefined {
  const errors = results.flatMap(({ error }) => error ?? []);
  return errors.length > 0 ? asOne(errors) : undefined;
}

const lastOf = (results: Result[]): Result | undefined =>
  [...results].sort((one, other) => other.start + other.ms - one.start - one.ms)[0];
