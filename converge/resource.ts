/**
 * How a resource is made so: read what exists, compare it with what is wanted, write only the differences.
 * There is no state file; what exists is what AWS answers.
 */
import { isDeepStrictEqual } from "node:util";
import { isRace, Refusal } from "./errors.ts";
import { type Patience, persist } from "./retry.ts";

/** One thing that can differ, and the call that writes it. Settings that share a call share the function. */
export interface Setting {
  name: string;
  actual: unknown;
  wanted: unknown;
  write: () => Promise<unknown>;
  /** It can be written at the same time as others; the rest are written in order. */
  independent?: boolean;
}

export interface Change {
  setting: string;
  from: unknown;
  to: unknown;
}

/** What can be removed: all that teardown needs to know of a resource. */
export interface Existing<State> {
  type: string;
  name: string;
  /** Reads what exists, once it is in a steady state. Throws a Refusal when it is not ours. */
  read(): Promise<State | undefined>;
  /** Removes it and waits until it is gone. */
  remove(state: State): Promise<unknown>;
}

/** What can be created and kept as wanted: all that deploy needs to know of a resource. */
export interface Resource<State> extends Omit<Existing<State>, "remove"> {
  /** Creates it with our tag; returns the state that it then has, as `read` would. */
  create(): Promise<State>;
  /** What it should be, beside what it is. */
  settings(state: State): Setting[] | Promise<Setting[]>;
  /** Called when somebody else turns out to work on it at the same time. */
  onRace?(): void;
}

/** What is to be done to a resource. */
export interface Plan {
  outcome: "created" | "updated" | "unchanged" | "removed" | "absent" | "kept";
  changes: Change[];
  /** Does it, and waits until it is done. */
  apply(): Promise<void>;
}

const nothing = async () => {};

/** Says what a deploy is to do to a resource. Reads only. */
export async function plan<State>(resource: Resource<State>): Promise<Plan> {
  const found = await despiteRaces(() => resource.read());
  const write = () => make(resource, found);
  const again = async () => {
    resource.onRace?.();
    await make(resource, await resource.read());
  };
  const apply = () => despiteRaces(write, again);
  if (found === undefined) return { outcome: "created", changes: [], apply };
  const different = differing(await resource.settings(found));
  if (different.length === 0) return { outcome: "unchanged", changes: [], apply: nothing };
  const changes = different.map(({ name, actual, wanted }) => ({ setting: name, from: actual, to: wanted }));
  return { outcome: "updated", changes, apply };
}

/** Creates a resource unless it was found, and writes what differs. */
async function make<State>(resource: Resource<State>, found: State | undefined): Promise<void> {
  const state = found === undefined ? await resource.create() : found;
  await write(differing(await resource.settings(state)));
}

/**
 * Says what a teardown is to do to a resource. Reads only.
 * @param keep leave it as it is
 */
export async function removal<State>(resource: Existing<State>, keep = false): Promise<Plan> {
  const found = await despiteRaces(() => resource.read());
  if (found === undefined) return { outcome: "absent", changes: [], apply: nothing };
  if (keep) return { outcome: "kept", changes: [], apply: nothing };
  const remove = async (state: State | undefined) => {
    if (state !== undefined) await resource.remove(state);
  };
  const apply = () =>
    despiteRaces(
      () => remove(found),
      async () => remove(await resource.read()),
    );
  return { outcome: "removed", changes: [], apply };
}

/** Waits for all calls, then throws the first failure: none may go on behind the next attempt. */
export async function together(...calls: Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(calls);
  await Promise.all(calls);
}

/** The settings that are not as they should be. */
export const differing = (settings: Setting[]) =>
  settings.filter(({ actual, wanted }) => !isDeepStrictEqual(actual, wanted));

async function write(settings: Setting[]): Promise<void> {
  const independent = settings.filter(setting => setting.independent);
  const ordered = new Set(settings.filter(setting => !setting.independent).map(setting => setting.write));
  const inOrder = async () => {
    for (const call of ordered) await call();
  };
  await together(inOrder(), ...independent.map(setting => setting.write()));
}

/** Two runs that are in each other's way are soon out of step. */
const RACES: Patience = { attempts: 6, firstPause: 2000, longestPause: 32_000, jitter: true };

/** Does it; when it was raced, does it again from a fresh look, a bounded number of times. */
const despiteRaces = <T>(first: () => Promise<T>, again = first): Promise<T> =>
  persist(RACES, isRace, attempt => (attempt === 1 ? first() : again()));

/** Throws unless a resource carries the tag of our stack: what lacks it is not ours and is left alone. */
export function assertOurs(
  what: string,
  tags: Record<string, string | undefined>,
  ours: Record<string, string>,
): void {
  const [key, value] = Object.entries(ours)[0]!;
  if (tags[key] === value) return;
  const owner = tags[key] ? `belongs to the stack "${tags[key]}"` : `has no tag ${key}`;
  throw new Refusal(
    `Cannot use the ${what} because it is not this stack's: it ${owner}.`,
    `Nothing was changed. Choose another --name, or, if it is yours, tag it ${key}=${value} and run again.`,
  );
}

/** The answer of a call, or undefined when what it asks for does not exist. */
export async function orAbsent<T>(answer: Promise<T>, ...names: string[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined;
    throw error;
  }
}

/** Compares JSON policies by content: the text's spaces and the order of its members do not matter. */
export const parsePolicy = (text: string | undefined): unknown =>
  text === undefined ? undefined : JSON.parse(text);
