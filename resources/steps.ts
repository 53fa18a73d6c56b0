/** The steps of a deploy: first all of them look, then each is carried out as soon as those before it are. */
import { type Change, ensure, type Plan, plan, type Resource } from "./resource.ts";

/** What has become of one resource. */
export interface Result {
  type: string;
  name: string;
  outcome: "created" | "updated" | "unchanged" | "removed" | "absent" | "kept" | "failed";
  changes: Change[];
  /** How long the work on it took, in milliseconds, without the wait for others. */
  ms: number;
}

/** Who is told what happens. */
export interface Progress {
  /** Whose account is about to be changed, and how. */
  begin(headline: string): void;
  /** A resource is worked on from now. */
  working(resource: { type: string; name: string }): void;
  done(result: Result): void;
  note(text: string): void;
}

export const silent: Progress = { begin() {}, working() {}, done() {}, note() {} };

/** One resource on its way from its plan to its result. */
interface Step {
  resource: Resource<unknown>;
  plan: Promise<Plan<unknown>>;
  after: Step[];
}

export class Steps {
  readonly #steps: Step[] = [];

  /**
   * Adds a resource and begins to read what exists.
   * @param after the steps that must be through before this one is carried out
   */
  add<State>(resource: Resource<State>, ...after: Step[]): Step {
    const step = { resource: resource as Resource<unknown>, plan: plan(resource as Resource<unknown>), after };
    step.plan.catch(() => {}); // look() reports it
    this.#steps.push(step);
    return step;
  }

  /**
   * Says what would be done, once every resource was looked at. Nothing is written.
   * @throws the first error of a look: a Refusal when a resource is not ours
   */
  async look(): Promise<Result[]> {
    const looked = this.#steps.map(async ({ resource: { type, name }, plan }) => {
      const { outcome, changes } = await plan;
      return { type, name, outcome, changes, ms: 0 };
    });
    return Promise.all(looked);
  }

  /**
   * Carries out every step. A failure does not interrupt the steps that do not depend on it.
   * @throws the first failure, once all have ended
   */
  async carryOut(progress: Progress): Promise<Result[]> {
    const ends = new Map<Step, Promise<Result>>();
    for (const step of this.#steps) {
      const before = step.after.map(other => ends.get(other));
      ends.set(
        step,
        Promise.all(before).then(() => carryOut(step, progress)),
      );
    }
    await Promise.allSettled(ends.values());
    return Promise.all(ends.values());
  }
}

async function carryOut({ resource, plan }: Step, progress: Progress): Promise<Result> {
  const { type, name } = resource;
  const { outcome, changes } = await plan;
  const started = performance.now();
  const end = (outcome: Result["outcome"]): Result => {
    const result = { type, name, outcome, changes, ms: Math.round(performance.now() - started) };
    progress.done(result);
    return result;
  };
  if (outcome === "unchanged") return end(outcome);
  progress.working(resource);
  try {
    await ensure(resource, await plan);
    return end(outcome);
  } catch (error) {
    end("failed");
    throw error;
  }
}
