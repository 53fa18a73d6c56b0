/**
 * What is on AWS, as a deploy and a teardown see it: a resource says how it is read, created, compared and removed;
 * when that is done is not its business.
 */
import { isDeepStrictEqual } from "node:util";

/** One thing that can differ. */
export interface Setting {
  name: string;
  actual: unknown;
  wanted: unknown;
  /** Its values may be secrets: they are told as digests. */
  isSecret?: boolean;
}

/** The call that writes a setting, or several that it cannot write apart. */
export type Write = {
  call: () => Promise<unknown>;
  /** It can be made at the same time as others; the rest are made in order. */
  independent?: boolean;
} & (Setting | { settings: Setting[] });

/** How it went with a resource in this run. */
export interface Course {
  /** Whether it was not there, or not as it should be, so that this run makes it so: told once it was compared. */
  amended: () => Promise<boolean>;
  /** Somebody else worked on it at the same time. */
  contested: boolean;
}

/** What was found or made of a resource, and how that goes: undefined as long as there is none. */
export type Findings<State> = (State & Course) | undefined;

/** Asks for it. */
export type Known<State> = () => Promise<Findings<State>>;

/**
 * What can be created and kept as wanted: all that deploy needs to know of a resource.
 * @typeParam Needs what it waits for, by name: each is asked when it is wanted, so that all can be read at once
 */
export interface Resource<State, Needs = object> {
  type: string;
  name: string;
  /** Reads what exists, once it is in a steady state. Throws a Refusal when it is not ours. */
  read: (needs: Needs) => Promise<State | undefined>;
  /** Creates it with our tag; returns the state that it then has, as `read` would. */
  create: (needs: Needs) => Promise<State>;
  /** What it should be, beside what it is. */
  settings: (state: State, needs: Needs) => Write[] | Promise<Write[]>;
}

/** What can be removed: all that teardown needs to know of a resource. */
export interface Removable<State> {
  type: string;
  name: string;
  read: () => Promise<State | undefined>;
  /** Removes it and waits until it is gone. */
  remove: (state: State) => Promise<unknown>;
}

export const settingsOf = (write: Write): Setting[] => ("settings" in write ? write.settings : [write]);

export const differs = ({ actual, wanted }: Setting): boolean => !isDeepStrictEqual(actual, wanted);

/** Makes the calls. */
export async function carryOut(writes: Write[]): Promise<void> {
  const inOrder = async () => {
    for (const { call, independent } of writes) if (!independent) await call();
  };
  await together(inOrder(), ...writes.filter(({ independent }) => independent).map(({ call }) => call()));
}

/** Waits for all calls, then throws the first failure: none may go on behind the next attempt. */
export async function together(...calls: Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(calls);
  await Promise.all(calls);
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
