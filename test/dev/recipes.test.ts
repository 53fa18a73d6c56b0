/** docs/recipes.md: each recipe, made in a fresh clone, checks and does what it says. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { blocksOf, missing, partsOf, Reader, whyNot } from "./reader.ts";

const MOST_LINES = 30;
const [preparation, ...RECIPES] = partsOf("recipes", /^## /m);

describe("the recipes", { skip: missing && `there is no ${missing} here` }, () => {
  let reader: Reader;
  before(async () => {
    reader = await Reader.of("recipes");
  });
  after(() => reader.end());

  for (const recipe of RECIPES.filter(part => blocksOf(part).length > 0)) {
    const diff = blocksOf(recipe).find(({ kind }) => kind === "diff");

    test(recipe.split("\n")[0]!, { skip: whyNot(recipe) }, async () => {
      assert.ok(diff, "nothing would be changed");
      assert.ok(diff.text.match(/^(?!---|\+\+\+|@@)/gm)!.length <= MOST_LINES);
      await reader.run("git checkout -q .");
      await reader.follow(recipe);

      const checked = await reader.run(
        'npx tsc && npx biome check --error-on-warnings >/dev/null && echo "checked"',
      );

      assert.match(checked, /^checked$/m);
    });
  }

  test("begin with how one is applied and taken back", () => {
    assert.match(preparation!, /npm run apply recipes.*git checkout/s);
    assert.ok(RECIPES.length >= 4);
  });
});
