/** A picture in text: which step took how long, when, and what it waited for. */
import type { Result } from "../converge/progress.ts";
import { cut } from "./lines.ts";

/** How wide a bar can be, at most and at least, and what stands beside it. */
const WIDEST = 36;
const NARROWEST = 8;
const BESIDE = "permission".length + " 999.99 s  after permission ".length;

const WORKED = new Set<Result["outcome"]>(["created", "updated", "removed", "failed"]);

/**
 * A bar for each step that did something, in order of their beginning; nothing where none did.
 * @param columns how long its lines may be
 */
export function timeline(results: Result[], columns = 80): string {
  const worked = results.filter(({ outcome }) => WORKED.has(outcome));
  if (worked.length === 0) return "";
  const total = Math.max(...worked.map(({ start, ms }) => start + ms), 1);
  const width = Math.min(WIDEST, Math.max(NARROWEST, columns - BESIDE));
  const rows = worked
    .sort((one, other) => one.start - other.start)
    .map(result => cut(line(result, total, width), columns));
  return `\n${rows.join("\n")}\n`;
}

function line({ type, start, ms, after }: Result, total: number, width: number): string {
  const left = Math.min(Math.round((start / total) * width), width - 1);
  const length = Math.max(Math.round((ms / total) * width), 1);
  const bar = `${" ".repeat(left)}${"█".repeat(Math.min(length, width - left))}`.padEnd(width);
  const seconds = `${(ms / 1000).toFixed(2)} s`.padStart(8);
  return `${type.padEnd(10)} ${bar} ${seconds}${after ? `  after ${after}` : ""}`;
}
