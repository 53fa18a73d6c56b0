/** Measures, and shows each figure beside its floor or its peer and its budget: `npm run bench -- --help`. */
import { parseArgs } from "node:util";
import { measureDeploy } from "./deploy.ts";
import { type Figure, holds, ratioOf } from "./figures.ts";
import { measureFunction } from "./function.ts";
import { measureGrowth } from "./growth.ts";
import { measureLocal } from "./local.ts";
import { measurePage } from "./page.ts";
import { table } from "./table-of-figures.ts";

const PARTS: Record<string, () => Promise<Figure[]>> = {
  function: measureFunction,
  deploy: measureDeploy,
  page: measurePage,
  local: measureLocal,
  growth: measureGrowth,
};

const usage = `Usage: npm run bench -- [options]

Measures every part beside its floor or its peer in the same run. Takes some minutes; other work on the machine
makes the figures worse.

Options:
  --only <part>  this part alone: ${Object.keys(PARTS).join(", ")}
  --json         print the figures as JSON
  --help         show this help

serverless-offline is measured too where it is installed: npm ci --prefix bench/peers
`;

const options = { only: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const chosen = values.only ? [values.only] : Object.keys(PARTS);
  const figures: Figure[] = [];
  for (const part of chosen) {
    const measure = PARTS[part];
    if (!measure) throw new Error(`There is no part "${part}": ${Object.keys(PARTS).join(", ")}.`);
    console.error(`Measuring: ${part}`);
    figures.push(...(await measure()));
  }
  console.log(values.json ? JSON.stringify(figures.map(judged)) : table(figures));
  return figures.some(figure => holds(figure) === false) ? 1 : 0;
}

const judged = (figure: Figure) => ({ ...figure, ratio: ratioOf(figure), holds: holds(figure) });

process.once("SIGINT", () => process.exit(130)); // servers are ended on exit
try {
  process.exitCode = await main();
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
