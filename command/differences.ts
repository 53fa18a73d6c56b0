/** What differs, for a person to read: a line for each member or list item that was added, removed or changed. */
import { isDeepStrictEqual, type styleText } from "node:util";
import type { Change } from "../converge/work.ts";
import { cut } from "./lines.ts";

type Mark = "+" | "-" | "~";

interface Difference {
  mark: Mark;
  path: string;
  from?: unknown;
  to?: unknown;
}

export type Styled = (style: Parameters<typeof styleText>[0], text: string) => string;

const COLORS: Record<Mark, Parameters<Styled>[0]> = { "+": "green", "-": "red", "~": "yellow" };
const INDENT = " ".repeat(10);
const plain: Styled = (_, text) => text;

/** @param columns how wide a line may be: what is longer is cut, "from" and "to" having a line each */
export function differences(changes: Change[], columns = Number.POSITIVE_INFINITY, styled = plain): string[] {
  const all = changes.flatMap(({ setting, from, to }) => compare(setting, from, to));
  return all.flatMap(difference =>
    written(difference, columns).map(([mark, text]) => styled(COLORS[mark], cut(INDENT + text, columns))),
  );
}

function written({ mark, path, from, to }: Difference, columns: number): [Mark, string][] {
  const one = (sign: Mark, value: string): [Mark, string] => [sign, `${sign} ${path}: ${value}`];
  if (mark === "+") return [one("+", show(to))];
  if (mark === "-") return [one("-", show(from))];
  const both = one("~", `${show(from)} -> ${show(to)}`);
  const fits = INDENT.length + both[1].length <= columns;
  return fits ? [both] : [one("-", show(from)), one("+", show(to))];
}

function compare(path: string, from: unknown, to: unknown): Difference[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (from === undefined) return [{ mark: "+", path, to }];
  if (to === undefined) return [{ mark: "-", path, from }];
  if (Array.isArray(from) && Array.isArray(to)) return compareLists(path, from, to);
  if (!isMap(from) || !isMap(to)) return [{ mark: "~", path, from, to }];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap(key => compare(`${path} ${key}`, from[key], to[key]));
}

/** What both have is left out; of the rest, statements and the like are compared in their order, or by their id. */
function compareLists(path: string, from: unknown[], to: unknown[]): Difference[] {
  const without = (list: unknown[], other: unknown[]) =>
    list.filter(item => !other.some(same => isDeepStrictEqual(item, same)));
  const removed = without(from, to);
  const found = without(to, from).flatMap(item => {
    const at = removed.findIndex(other => isMap(other) && isMap(item) && other.Sid === item.Sid);
    const [former] = at < 0 ? [] : removed.splice(at, 1);
    return former === undefined
      ? { mark: "+" as const, path, to: item }
      : compare(`${path}[${to.indexOf(item)}]`, former, item);
  });
  const differing = [...removed.map(item => ({ mark: "-" as const, path, from: item })), ...found];
  return differing.length > 0 ? differing : [{ mark: "~", path, from, to }]; // only their order, or how often
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const show = (value: unknown) => JSON.stringify(value);
