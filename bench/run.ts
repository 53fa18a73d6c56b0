/** Measures, and shows each figure beside its floor or its peer and its budget: `npm run bench -- --help`. */
import { parseArgs } from "node:util";
import { measureDeploy } from "./deploy.ts";
import { type Figure, holds, ratioOf } from "./figures.ts";
import { measureFunction } from "./function.ts";
import { measureGrowth } from "./growth.ts";
import { measureLocal } from "./local.ts";
import { measurePage } from "./page.ts";
import { table } from "./table-of-figures.ts";
import { measureTelling } from "./telling.ts";

const PARTS: Record<string, () => Promise<Figure[]>> = {
  function: measureFunction,
  deploy: measureDeploy,
  page: measurePage,
  local: measureLocal,
  telling: measureTelling,
  growth: measureGrowth,
};

const usage = `Usage: npm run bench -- [options]

Measures every part beside its floor or its peer in the same run: about nine minutes on two processors that have
nothing else to do. Other work makes the figures worse, and unequally so. Ends with 1 when a budget does not hold,
with 2 when something could not be measured.

Options:
  --only <part>  this part alone: ${Object.keys(PARTS).join(", ")}
  --json         print the figures as JSON
  --help         show this help

Where it is installed, serverless-offline is measured beside the local stack: npm ci --prefix bench/peers
`;

const options = { only: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { only } = values;
  if (only && !PARTS[only]) throw new Error(`There is no part "${only}": ${Object.keys(PARTS).join(", ")}.`);
  const { figures, complete } = await measure(only ? [only] : Object.keys(PARTS));
  console.log(values.json ? JSON.stringify(figures.map(judged)) : table(figures));
  if (!complete) return 2;
  return figures.some(figure => holds(figure) === false) ? 1 : 0;
}

/** A part that cannot be measured is told, and does not spoil the others. */
async function measure(parts: string[]): Promise<{ figures: Figure[]; complete: boolean }> {
  const figures: Figure[] = [];
  let complete = true;
  for (const part of parts) {
    console.error(`Measuring: ${part}`);
    try {
      figures.push(...(await PARTS[part]!()));
    } catch (error) {
      complete = false;
      console.error((error as Error).message);
    }
  }
  return { figures, complete };
}

const judged = (figure: Figure) => ({ ...figure, ratio: ratioOf(figure), holds: holds(figure) });

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(2)); // servers are ended on exit
try {
  process.exit(await main());
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
