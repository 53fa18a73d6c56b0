/** The figures as a table that fits into 100 columns of a terminal. */
import { type Figure, holds, ratioOf } from "./figures.ts";

const HEAD = ["figure", "measured", "floor or peer", "ratio", "budget", "holds"];

/** One line a figure, in columns; below it, what a reader must know. */
export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  const rule = widths.map(width => "-".repeat(width));
  const [head, ...lines] = [HEAD, rule, ...rows.slice(1)].map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  const notes = figures.filter(({ note }) => note).map(({ name, note }) => `${name}: ${note}`);
  return [head, ...lines, ...notes].join("\n");
}

function row(figure: Figure): string[] {
  const { name, measured, unit, against, budget } = figure;
  const bound = !budget ? "" : "atMost" in budget ? `<= ${budget.atMost}` : `>= ${budget.atLeast}`;
  return [
    name,
    `${shown(measured)} ${unit}`.trimEnd(),
    against ? `${shown(against.measured)} ${against.name}` : "",
    ratioOf(figure)?.toFixed(2) ?? "",
    bound,
    { true: "yes", false: "NO", undefined: "" }[`${holds(figure)}`],
  ];
}

/** Three digits are more than such a measurement is good for. */
const shown = (value: number): string =>
  Number.isInteger(value) || value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
