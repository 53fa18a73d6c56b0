/** What docs/team.md gives a role that may touch stacks of pull requests only. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { stacksIn } from "../../converge/stacks.ts";
import { teardown } from "../../remove.ts";
import { DEFAULT_NAME } from "../../stack.ts";
import { deployWith, policy, REGION } from "./deployer.ts";

const text = readFileSync(new URL("../../docs/team.md", import.meta.url), "utf8").replaceAll("\r\n", "\n");
const blocks = Array.from(text.matchAll(/```(\w+)\n(.*?)```/gs), ([, kind, block = ""]) => ({ kind, block }));
const documents = blocks.filter(({ kind }) => kind === "json").map(({ block }) => JSON.parse(block));

/** As the page's `sed` makes it: the first name in each line. */
const [, from = "", to = ""] = /sed 's\/(.+)\/(.+)\/' docs\/policy\.json/.exec(text) ?? [];
const ofPullRequests: typeof policy = JSON.parse(
  JSON.stringify(policy, null, 1)
    .split("\n")
    .map(line => line.replace(from, to))
    .join("\n"),
);
const ofSweeps = { ...ofPullRequests, Statement: [...ofPullRequests.Statement, documents[1]] };

describe("a role that has the policy of docs/team.md", () => {
  test("deploys and removes the stack of a pull request", async () => {
    await deployWith(ofPullRequests, "pr-12", async aws => {
      const { resources } = await teardown({ name: "pr-12", region: REGION, aws });

      assert.deepEqual(new Set(resources.map(({ outcome }) => outcome)), new Set(["removed"]));
    });
  });

  for (const name of [DEFAULT_NAME, "prod", "my-pr-12"])
    test(`cannot touch the stack ${name}`, async () => {
      await assert.rejects(deployWith(ofPullRequests, name), /not authorized/);
    });

  test("lists all stacks with the further statement, and cannot without", async () => {
    const tag = "dynamosync:stack";
    let names: string[] = [];

    await deployWith(ofSweeps, "pr-12", async aws => {
      names = (await stacksIn(aws, tag)).map(({ name }) => name);
    });
    const without = deployWith(ofPullRequests, "pr-12", aws => stacksIn(aws, tag));

    assert.deepEqual(names, ["pr-12"]);
    await assert.rejects(without, /not authorized/);
  });
});
