/** The figures as a table for a terminal. */
import { type Figure, holds, ratioOf } from "./figures.ts";

const HEAD = ["figure", "measured", "floor or peer", "ratio", "budget", "holds"];

/** One line a figure, in columns. */
export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  const lines = rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  const notes = figures.filter(({ note }) => note).map(({ name, note }) => `${name}: ${note}`);
  return [lines[0], widths.map(width => "-".repeat(width)).join("  "), ...lines.slice(1), ...notes].join(
    "\n",
  );
}

function row(figure: Figure): string[] {
  const { name, measured, unit, against, budget } = figure;
  const ratio = ratioOf(figure);
  const bound = !budget ? "" : "atMost" in budget ? `<= ${budget.atMost}` : `>= ${budget.atLeast}`;
  return [
    name,
    shown(measured, unit),
    against ? `${shown(against.measured, unit)} ${against.name}` : "",
    ratio === undefined ? "" : ratio.toFixed(2),
    bound,
    { true: "yes", false: "NO", undefined: "" }[`${holds(figure)}`],
  ];
}

/** Three digits are more than such a measurement is good for. */
const shown = (value: number, unit: string): string =>
  `${Number.isInteger(value) || value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3)} ${unit}`.trimEnd();
