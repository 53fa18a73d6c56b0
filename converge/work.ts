/**
 * The work on one resource. A deploy's: read what exists, compare it with what is wanted, write only the differences.
 * There is no state file; what exists is what AWS answers.
 */
import { createHash } from "node:crypto";
import { isRace } from "./errors.ts";
import {
  carryOut,
  differs,
  type Known,
  type Removable,
  type Resource,
  type Setting,
  settingsOf,
  type Write,
} from "./resource.ts";
import { type Patience, persist } from "./retry.ts";

export interface Change {
  setting: string;
  from: unknown;
  to: unknown;
}

/** What is to be done to a resource. */
export interface Plan {
  outcome: "created" | "updated" | "unchanged" | "removed" | "absent" | "kept";
  changes: Change[];
  /** Does it, and waits until it is done. */
  apply(): Promise<void>;
}

/** Two runs that are in each other's way are soon out of step. */
const RACES: Patience = { attempts: 6, firstPause: 2000, longestPause: 32_000, jitter: true };

/** Does it; when it was raced, does it again, a bounded number of times. */
const despiteRaces = <T>(work: (attempt: number) => Promise<T>): Promise<T> => persist(RACES, isRace, work);

const nothing = async () => {};

/** Looks at a resource at once, then makes it as wanted when told to. */
export class Ensuring<State extends object, Needs> {
  readonly #resource: Resource<State, Needs>;
  readonly #needs: Needs;
  /** What was found or made last. */
  #state: Promise<State | undefined>;
  #contested = false;
  /** What is to be done. Comes of reads only. */
  readonly plan: Promise<Plan>;

  constructor(resource: Resource<State, Needs>, needs: Needs) {
    this.#resource = resource;
    this.#needs = needs;
    this.#state = despiteRaces(() => resource.read(needs));
    this.plan = this.#compare();
  }

  /** What was found is told before it is compared: others may need no more for their own look. */
  readonly known: Known<State> = async () => {
    const state = await this.#state;
    const amended = async () => (await this.plan).outcome !== "unchanged";
    return state && { ...state, amended, contested: this.#contested };
  };

  async #compare(): Promise<Plan> {
    const apply = () => despiteRaces(attempt => this.#make(attempt));
    const found = await this.#state;
    if (found === undefined) return { outcome: "created", changes: [], apply };
    const settings = (await this.#differing(found)).flatMap(settingsOf).filter(differs);
    if (settings.length === 0) return { outcome: "unchanged", changes: [], apply: nothing };
    const changes = settings.map(changeOf);
    return { outcome: "updated", changes, apply };
  }

  /** Creates it unless it was found, and writes what differs: after a race, from a fresh look. */
  async #make(attempt: number): Promise<void> {
    if (attempt > 1) {
      this.#contested = true;
      this.#state = this.#resource.read(this.#needs);
    }
    const state = (await this.#state) ?? (await this.#resource.create(this.#needs));
    this.#state = Promise.resolve(state);
    await carryOut(await this.#differing(state));
  }

  async #differing(state: State): Promise<Write[]> {
    const writes = await this.#resource.settings(state, this.#needs);
    return writes.filter(write => settingsOf(write).some(differs));
  }
}

function changeOf({ name: setting, actual, wanted, isSecret }: Setting): Change {
  const told = isSecret ? digested : (value: unknown) => value;
  return { setting, from: told(actual), to: told(wanted) };
}

/** The same, with a digest in the place of each text: one can see that it differs, not what it is. */
const digested = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, part) => (typeof part === "string" ? digest(part) : part)));

const digest = (text: string) => `SHA-256 ${createHash("sha256").update(text).digest("hex").slice(0, 12)}…`;

/** Says what a teardown is to do to a resource. Reads only. */
export async function removal<State>(resource: Removable<State>): Promise<Plan> {
  const found = await despiteRaces(() => resource.read());
  if (found === undefined) return { outcome: "absent", changes: [], apply: nothing };
  const apply = () =>
    despiteRaces(async attempt => {
      const state = attempt === 1 ? found : await resource.read();
      if (state !== undefined) await resource.remove(state);
    });
  return { outcome: "removed", changes: [], apply };
}

/** Says that a resource stays as it is, where there is one. Reads only. */
export async function keeping({ read }: Pick<Removable<unknown>, "read">): Promise<Plan> {
  const found = await despiteRaces(() => read());
  return { outcome: found === undefined ? "absent" : "kept", changes: [], apply: nothing };
}
