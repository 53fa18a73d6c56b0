/**
 * docs/recipes.md: each recipe, made in a fresh clone, does what it says and breaks no test. `npm test` runs those that
 * a recipe is most likely to concern; `npm run recipes` all, which takes hours, or those of one: `-- "A route"`.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { missing, partsOf, Reader, whyNot } from "./reader.ts";

const [, , mode, only = ""] = process.argv;
const ALL = mode === "--all";
const MOST_LINES = 30;
const [preparation, ...RECIPES] = partsOf("recipes", /^## /m);

/** What a recipe is most likely to concern. */
const CONCERNED = [
  "test/function/{handler,handler-failures,item,zip}.test.ts",
  "test/deploy/{least-privilege,openapi,pipeline,policy}.test.ts",
  "test/dev/reasons.test.ts",
  "test/project/{agreement,documents,imports,sizes}.test.ts",
];
const TESTS = ALL ? "npm test" : `node --import ./command/typescript.mjs --test ${CONCERNED.join(" ")}`;

/** Prints the lines that were changed, but for those that `npm run openapi` writes. */
const CHANGES = "git diff -U0 -- . ':!docs/openapi.json' | grep -E '^[-+]([^-+]|$)'";

/** Runs a command as in a terminal of its own, and returns what it says and its exit code. */
async function run(command: string, cwd: string) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn("bash", ["-c", `${command} 2>&1`], { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { said, code };
}

describe("the recipes", { skip: missing && `there is no ${missing} here` }, () => {
  let reader: Reader;
  before(async () => {
    reader = await Reader.of("recipes");
  });
  after(() => reader.end());

  for (const recipe of RECIPES.filter(part => part.startsWith(only) && !part.startsWith("How\n")))
    test(recipe.split("\n")[0]!, { skip: whyNot(recipe) }, async () => {
      await reader.run("git checkout -q .");
      await reader.follow(recipe);
      await reader.endFirst();

      const changes = (await run(CHANGES, reader.project)).said.split("\n").length - 1;
      const checked = await run("npm run --silent check", reader.project);
      const tested = await run(TESTS, reader.project);

      assert.ok(changes > 0 && changes <= MOST_LINES, `${changes} lines are changed`);
      assert.equal(checked.code, 0, checked.said);
      assert.equal(tested.code, 0, tested.said);
      assert.match(tested.said, /^\S pass [1-9]/m);
    });

  test("begin with how one is applied and taken back", () => {
    assert.match(preparation!, /npm run apply recipes.*git checkout/s);
    assert.ok(RECIPES.length >= 5);
  });
});
