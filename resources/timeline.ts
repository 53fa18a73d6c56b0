/** A picture in text: which step took how long, when, and what it waited for. */
import type { Result } from "./steps.ts";

const WIDTH = 36;
const WORKED = new Set<Result["outcome"]>(["created", "updated", "removed", "failed"]);

/** A bar for each step that did something, in order of their beginning; nothing where none did. */
export function timeline(results: Result[]): string {
  const worked = results.filter(({ outcome }) => WORKED.has(outcome));
  if (worked.length === 0) return "";
  const total = Math.max(...worked.map(({ start, ms }) => start + ms), 1);
  const rows = worked.sort((one, other) => one.start - other.start).map(result => line(result, total));
  return `\n${rows.join("\n")}\n`;
}

function line({ type, start, ms, after }: Result, total: number): string {
  const left = Math.min(Math.round((start / total) * WIDTH), WIDTH - 1);
  const length = Math.max(Math.round((ms / total) * WIDTH), 1);
  const bar = `${" ".repeat(left)}${"█".repeat(Math.min(length, WIDTH - left))}`.padEnd(WIDTH);
  const seconds = `${(ms / 1000).toFixed(2)} s`.padStart(8);
  return `${type.padEnd(10)} ${bar} ${seconds}${after ? `  after ${after}` : ""}`;
}
