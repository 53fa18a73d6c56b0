/** Measures, and shows each figure beside its floor or its peer and its budget: `npm run bench -- --help`. */
import { parseArgs } from "node:util";
import { measureCommands } from "./commands.ts";
import { measureDeploy } from "./deploy.ts";
import { type Figure, holds, ratioOf } from "./figures.ts";
import { measureFunction } from "./function.ts";
import { measureGrowth } from "./growth.ts";
import { measureLocal } from "./local.ts";
import { measureLoop } from "./loop.ts";
import { measurePage } from "./page.ts";
import { table } from "./table-of-figures.ts";
import { measureTelling } from "./telling.ts";
import { measureTerraform } from "./terraform.ts";

const PARTS: Record<string, () => Promise<Figure[]>> = {
  function: measureFunction,
  deploy: measureDeploy,
  commands: measureCommands,
  page: measurePage,
  local: measureLocal,
  telling: measureTelling,
  loop: measureLoop,
  growth: measureGrowth,
};

/** What takes more than the project to measure. */
const PEERS = { terraform: measureTerraform };

const usage = `Usage: npm run bench -- [options]

Measures every part beside its floor or its peer in the same run: about ten minutes on two processors that have
nothing else to do. Other work makes the figures worse, and unequally so. Ends with 1 when a budget does not hold,
with 2 when something could not be measured.

Options:
  --only <part>  this part alone: ${Object.keys(PARTS).join(", ")}
  --peers        the same stack with Terraform, too (bench/terraform.ts says what it needs)
  --json         print the figures as JSON
  --help         show this help

Where it is installed, serverless-offline is measured beside the local stack: npm ci --prefix bench/peers
`;

const boolean = { type: "boolean" } as const;
const options = { only: { type: "string" }, peers: boolean, json: boolean, help: boolean } as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { only } = values;
  const parts: typeof PARTS = values.peers ? { ...PARTS, ...PEERS } : PARTS;
  if (only && !parts[only]) throw new Error(`There is no part "${only}": ${Object.keys(parts).join(", ")}.`);
  const { figures, complete } = await measure(only ? { [only]: parts[only]! } : parts);
  console.log(values.json ? JSON.stringify(figures.map(judged)) : table(figures));
  if (!complete) return 2;
  return figures.some(figure => holds(figure) === false) ? 1 : 0;
}

/** A part that cannot be measured is told, and does not spoil the others. */
async function measure(parts: typeof PARTS): Promise<{ figures: Figure[]; complete: boolean }> {
  const figures: Figure[] = [];
  let complete = true;
  for (const [part, measurePart] of Object.entries(parts)) {
    console.error(`Measuring: ${part}`);
    try {
      figures.push(...(await measurePart()));
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
