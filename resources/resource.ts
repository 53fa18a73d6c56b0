/**
 * How a resource is made so: read what exists, compare it with what is wanted, write only the differences.
 * There is no state file; what exists is what AWS answers.
 */
import { isDeepStrictEqual } from "node:util";
import { Refusal } from "./errors.ts";
import { pause } from "./retry.ts";

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
}

/** The difference between what exists and what is wanted, and how to write it. */
export interface Plan<State> {
  outcome: "created" | "updated" | "unchanged";
  changes: Change[];
  /** What existed when the plan was made. */
  found: State | undefined;
  /** Writes the difference. */
  apply(): Promise<void>;
}

/** Says what a deploy would do to a resource. Reads only. */
export async function plan<State>(resource: Resource<State>): Promise<Plan<State>> {
  const found = await resource.read();
  if (found === undefined) {
    const apply = async () => write(differing(await resource.settings(await resource.create())));
    return { outcome: "created", changes: [], found, apply };
  }
  const different = differing(await resource.settings(found));
  const changes = different.map(({ name, actual, wanted }) => ({ setting: name, from: actual, to: wanted }));
  const outcome = different.length > 0 ? "updated" : "unchanged";
  return { outcome, changes, found, apply: () => write(different) };
}

const differing = (settings: Setting[]) =>
  settings.filter(({ actual, wanted }) => !isDeepStrictEqual(actual, wanted));

async function write(settings: Setting[]): Promise<void> {
  const independent = settings.filter(setting => setting.independent);
  const ordered = new Set(settings.filter(setting => !setting.independent).map(setting => setting.write));
  const inOrder = async () => {
    for (const call of ordered) await call();
  };
  await Promise.all([inOrder(), ...independent.map(setting => setting.write())]);
}

/** Somebody else created, changed or removed the resource since it was read, or the read lagged behind. */
const RACED = new Set([
  "BucketAlreadyOwnedByYou",
  "ConflictException",
  "EntityAlreadyExistsException",
  "NoSuchBucket",
  "NoSuchEntityException",
  "NotFoundException",
  "ResourceAlreadyExistsException",
  "ResourceConflictException",
  "ResourceInUseException",
  "ResourceNotFoundException",
  "TableNotFoundException",
]);

const ROUNDS = 6;

/**
 * Carries out a plan. Whoever else works on the resource at the same time, it is read again and the rest is
 * written, a bounded number of times.
 */
export async function ensure<State>(resource: Resource<State>, planned: Plan<State>): Promise<void> {
  let current = planned;
  for (let round = 1; ; round++) {
    try {
      return await current.apply();
    } catch (error) {
      if (round === ROUNDS || !(error instanceof Error) || !RACED.has(error.name)) throw error;
      await pause(Math.random() * 1000 * 2 ** round);
      current = await plan(resource);
    }
  }
}

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
