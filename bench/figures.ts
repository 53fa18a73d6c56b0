/** What the bench measures, against what, and whether it holds. */

/** One line of the table. */
export interface Figure {
  name: string;
  measured: number;
  unit: string;
  /** What it is measured against, in the same run and unit. */
  against?: { name: string; measured: number };
  budget?: Budget;
  /** What a reader must know to judge it. */
  note?: string;
}

/** A bound on the ratio where there is something to measure against, otherwise on the figure itself. */
export type Budget = { atMost: number } | { atLeast: number };

/** How many times what it is measured against. */
export const ratioOf = ({ measured, against }: Figure): number | undefined =>
  against && measured / against.measured;

/** Whether a figure keeps within its budget; undefined without one. */
export function holds(figure: Figure): boolean | undefined {
  const { budget, measured } = figure;
  const judged = ratioOf(figure) ?? measured;
  if (!budget) return undefined;
  return "atMost" in budget ? judged <= budget.atMost : judged >= budget.atLeast;
}

/** The value below which so many percent of the values lie. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 50);
