/** `teardown.ts --list`: which stacks there are, in whose account, how old, and what each holds. */
import { type Aws, identify } from "../converge/aws.ts";
import { type Existing, stacksIn } from "../converge/stacks.ts";
import { stack } from "../stack.ts";

/** What says whose a resource is: the same of every stack. */
const [TAG = ""] = Object.keys(stack({ name: "", account: "", region: "", partition: "aws" }).tags);

/** Prints every stack of the account in the region; returns the exit code. */
export async function showStacks({ aws, json }: { aws: Aws; json: boolean }): Promise<number> {
  const whose = identify(aws);
  const [{ account }, stacks] = await Promise.all([whose, stacksIn(aws, TAG, whose)]);
  const found = { account, region: aws.region, stacks };
  console.log(json ? JSON.stringify(found) : listOf(found));
  return 0;
}

interface Found {
  account: string;
  region: string;
  stacks: Existing[];
}

const listOf = ({ account, region, stacks }: Found): string =>
  stacks.length === 0
    ? `There is no stack in ${region} of account ${account}.`
    : [`Account ${account}, region ${region}:`, ...stacks.map(described)].join("\n");

const described = ({ name, since, holds }: Existing): string =>
  [`${name}  ${since ? ageOf(since) : "age unknown"}`, ...holds.map(each => `  ${each}`)].join("\n");

/** "3 days old", "5 hours old": what a sweep asks. */
function ageOf(since: Date): string {
  const hours = Math.floor((Date.now() - since.getTime()) / 3_600_000);
  const [count, unit] = hours < 48 ? [hours, "hour"] : [Math.floor(hours / 24), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"} old`;
}
