/** What teardown.ts does: removes from AWS what deploy.ts created, and nothing else. */

import { type Arguments, isAnsweredYes } from "./command/command-line.ts";
import { tellPlan } from "./command/plan.ts";
import { type Aws, connect } from "./converge/aws.ts";
import { begin } from "./converge/begin.ts";
import { inWords, Refusal } from "./converge/errors.ts";
import { type Progress, type Result, silent } from "./converge/progress.ts";
import { failureOf, isLeft, Steps } from "./converge/steps.ts";
import { restApi } from "./resources/api.ts";
import { websiteBucket } from "./resources/bucket.ts";
import { lambdaFunction } from "./resources/function.ts";
import { logGroup } from "./resources/logs.ts";
import { executionRole } from "./resources/role.ts";
import { countItems, itemTable } from "./resources/table.ts";
import { type Stack, stack } from "./stack.ts";

export interface TeardownOptions {
  name: string;
  region: string;
  /** Asked before a table that holds items is deleted. Without it nothing is. */
  confirm?: (items: number) => Promise<boolean>;
  /** Keep the table: the next deploy takes it up again. */
  keepData?: boolean;
  /** Say what would be removed, and remove nothing. */
  dryRun?: boolean;
  progress?: Progress;
  aws?: Aws;
}

/** What a teardown has done or, as a dry run, would do. */
export interface TornDown {
  name: string;
  account: string;
  region: string;
  /** How many items the table holds that goes. */
  items: number;
  resources: Result[];
  /** How long it took, in milliseconds. */
  ms: number;
}

/**
 * Removes everything that deploy creates. What cannot be removed is named in the result; the rest goes.
 * @throws Refusal, before anything is removed, when a resource of this name is not ours, or when the table
 *   holds items and nobody said that they may go
 */
export async function teardown({ name, region, ...options }: TeardownOptions): Promise<TornDown> {
  const { keepData = false, dryRun = false, progress = silent, aws = connect(region) } = options;
  const started = performance.now();
  const action = dryRun ? "Looking at" : "Removing";
  const { account, partition } = await begin(progress, aws, action, name);
  const wanted = stack({ name, account, region, partition });
  const steps = removeAll(aws, wanted, keepData);

  const planned = await progress.during("Looking at what exists", steps.look());
  const tableGoes = planned.some(({ type, outcome }) => type === "table" && outcome === "removed");
  const counting = tableGoes ? countItems(aws, wanted.table.name) : Promise.resolve(0);
  const items = await progress.during("Counting the table's items", counting);
  if (!dryRun) await assertMayGo(items, wanted.table.name, options.confirm);
  const resources = dryRun ? planned : await steps.carryOut(progress);
  return { name, account, region, items, resources, ms: Math.round(performance.now() - started) };
}

/** Every resource that does not go with another one, with those that must be gone before it. */
function removeAll(aws: Aws, wanted: Stack, keepData: boolean): Steps {
  const steps = new Steps();
  const api = steps.remove(restApi(aws, wanted));
  const lambda = steps.remove(lambdaFunction(aws, wanted));
  steps.remove(executionRole(aws, wanted), { lambda });
  steps.remove(websiteBucket(aws, wanted));
  if (keepData) steps.keep(itemTable(aws, wanted));
  else steps.remove(itemTable(aws, wanted));
  steps.remove(logGroup(aws, wanted), { lambda, api });
  return steps;
}

/** Throws unless the table is empty or its items may go. */
async function assertMayGo(items: number, table: string, confirm: TeardownOptions["confirm"]): Promise<void> {
  if (items === 0 || (await confirm?.(items))) return;
  throw new Refusal(
    `Nothing was removed, because the table ${table} holds ${count(items)}.`,
    "Say --yes to delete for good, or --keep-data to keep the table and remove the rest.",
  );
}

const count = (items: number) => (items === 1 ? "1 item" : `${items} items`);

/** The question on a terminal, before items are deleted. */
const ask = (items: number) => isAnsweredYes(`The table holds ${count(items)}. Delete for good?`);

/** Throws what failed, and says all that is left because of it. */
function assertNothingLeft(resources: Result[]): void {
  const failure = failureOf(resources);
  if (!failure) return;
  const { message, remedy } = inWords(failure);
  const left = resources.filter(isLeft).map(({ type, name }) => `${type} ${name}`);
  throw new Refusal(`${message}\nLeft: ${left.join(", ")}.`, remedy, { cause: failure });
}

/** Removes as the command line says; returns the exit code. */
export async function run({ flags, json, ...options }: Arguments): Promise<number> {
  const confirm = flags.yes ? async () => true : ask;
  const { "keep-data": keepData, "dry-run": dryRun } = flags;
  const removed = await teardown({ ...options, confirm, keepData, dryRun });
  const note = removed.items ? `\nThe table holds ${count(removed.items)}.` : "";
  if (dryRun) return tellPlan(removed, json, flags, note);
  const resources = removed.resources.map(({ error, ...result }) =>
    error ? { ...result, error: inWords(error) } : result,
  );
  if (json) console.log(JSON.stringify({ ...removed, resources }));
  assertNothingLeft(removed.resources);
  return 0;
}
