/** The steps of a deploy or teardown: all of them look, then each is carried out as soon as those before it are. */
import { asOne } from "./errors.ts";
import type { Progress, Result } from "./progress.ts";
import type { Known, Removable, Resource } from "./resource.ts";
import { Ensuring, keeping, type Plan, removal } from "./work.ts";

interface Step {
  resource: { type: string; name: string };
  plan: Promise<Plan>;
  /** Its handle: what others name when they need it. */
  handle: () => Promise<unknown>;
  after: Step[];
}

/** The handles of steps, and what else is needed, by name. */
type Needs = Record<string, () => Promise<unknown>>;

export class Steps {
  readonly #steps: Step[] = [];

  /** Makes a resource as wanted once those that it needs are; looks at it at once. */
  ensure<State extends object>(resource: Resource<State>): Known<State>;
  ensure<State extends object, Needs extends object>(
    resource: Resource<State, Needs>,
    needs: NoInfer<Needs>,
  ): Known<State>;
  ensure<State extends object>(resource: Resource<State>, needs: object = {}): Known<State> {
    const { plan, known } = new Ensuring(resource, needs);
    return this.#add(resource, plan, needs as Needs, known);
  }

  /** Removes a resource once those that need it are gone; looks at it at once. */
  remove<State>(resource: Removable<State>, after: Needs = {}) {
    const plan = removal(resource);
    return this.#add(resource, plan, after, () => plan);
  }

  /** Looks at a resource, and leaves it as it is. */
  keep(resource: Omit<Removable<unknown>, "remove">): void {
    const plan = keeping(resource);
    this.#add(resource, plan, {}, () => plan);
  }

  #add<Handle extends Step["handle"]>(
    resource: Step["resource"],
    plan: Step["plan"],
    needs: Needs,
    handle: Handle,
  ): Handle {
    const after = Object.values(needs).flatMap(need => this.#steps.find(step => step.handle === need) ?? []);
    plan.catch(() => {}); // look() reports it
    this.#steps.push({ resource, plan, handle, after });
    return handle;
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
    progress.tell({ kind: "ended", results });
    return results;
  }
}

async function carryOut(
  { resource: { type, name }, plan }: Step,
  before: Result[],
  since: number,
  { tell }: Progress,
): Promise<Result> {
  const { outcome, changes, apply } = await plan;
  const start = Math.round(performance.now() - since);
  const after = lastOf(before)?.type;
  const begun: Result = { type, name, outcome, changes, start, ms: 0, ...(after ? { after } : {}) };
  const end = (ended: Partial<Result>): Result => {
    const result = { ...begun, ms: Math.round(performance.now() - since) - start, ...ended };
    tell({ kind: "done", result });
    return result;
  };
  const waitsFor = before.filter(isLeft).map(({ type }) => type);
  if (waitsFor.length > 0) return end({ outcome: "skipped", waitsFor });
  tell({ kind: "working", result: begun });
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
