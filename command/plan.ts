/** What a dry run has found: for a person, for a program, and as an exit code. */
import util from "node:util"; // not styleText by its name, which an old Node has not: see progress.ts
import type { Result } from "../converge/progress.ts";
import { differences, type Styled } from "./differences.ts";

const WOULD: Partial<Record<Result["outcome"], string>> = {
  created: "would create",
  updated: "would update",
  removed: "would remove",
  kept: "would keep",
};
const IN_SUM: [outcome: Result["outcome"], words: string][] = [
  ["created", "to create"],
  ["updated", "to change"],
  ["removed", "to remove"],
  ["kept", "to keep"],
  ["unchanged", "unchanged"],
  ["absent", "absent"],
];

/** Something differs, and --exit-code asks for that. */
const DIFFERS = 3;

interface Planned {
  resources: Result[];
  siteUrl?: string;
  apiUrl?: string;
}

/** Prints a plan. Returns the exit code. */
export function tellPlan(planned: Planned, json: boolean, flags: Record<string, boolean>, note = ""): number {
  const { isTTY, columns } = process.stdout;
  const isPlain = !isTTY || process.env.NO_COLOR || process.env.TERM === "dumb";
  if (json) console.log(JSON.stringify(asPlan(planned)));
  else console.log(planText(planned.resources, columns, isPlain ? undefined : util.styleText) + note);
  const differs = planned.resources.some(({ outcome }) => /created|updated|removed/.test(outcome));
  return flags["exit-code"] && differs ? DIFFERS : 0;
}

/** What would be done, a line a resource, and a sum. */
export function planText(results: Result[], columns?: number, styled?: Styled): string {
  const lines = results.flatMap(({ type, name, outcome, changes }) => [
    `${(WOULD[outcome] ?? outcome).padEnd(12)} ${type} ${name}`,
    ...differences(changes, columns, styled),
  ]);
  const parts = IN_SUM.map(([outcome, words]) => {
    const count = results.filter(result => result.outcome === outcome).length;
    return count > 0 ? `${count} ${words}` : "";
  });
  return [...lines, "", `Nothing was changed: ${parts.filter(Boolean).join(", ")}.`].join("\n");
}

/** Says of itself that it is a plan, and names no URL of what is not there yet. */
function asPlan({ resources, siteUrl, apiUrl, ...rest }: Planned) {
  const isThere = (type: string) =>
    resources.some(resource => resource.type === type && resource.outcome !== "created");
  return {
    ...rest,
    dryRun: true,
    ...(siteUrl && isThere("bucket") ? { siteUrl } : {}),
    ...(apiUrl && isThere("REST API") ? { apiUrl } : {}),
    resources: resources.map(result => ({ ...result, outcome: WOULD[result.outcome] ?? result.outcome })),
  };
}
