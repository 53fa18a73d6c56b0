/** What is told while a deploy or teardown is at work. How it is shown is command/progress.ts's part. */
import type { Change, Plan } from "./work.ts";

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

export type Event =
  | { kind: "begun"; task: Task }
  /** A resource is worked on from now. */
  | { kind: "working"; result: Result }
  | { kind: "done"; result: Result }
  /** Every step has ended. */
  | { kind: "ended"; results: Result[] }
  | { kind: "note"; text: string }
  /** Nothing follows: the process is about to end in the middle of it. */
  | { kind: "interrupted" };

/** Who is told. */
export interface Progress {
  tell(event: Event): void;
  /** Something takes its time, and there is nothing else to show: "Looking at what exists". */
  during<T>(what: string, work: Promise<T>): Promise<T>;
}

export const silent: Progress = { tell() {}, during: (_, work) => work };
