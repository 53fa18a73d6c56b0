/** docs/walkthrough.md, followed from its first line to its last. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { blocksOf, missing, partsOf, Reader, whyNot } from "./reader.ts";

const MINUTES = 45;
const PARTS = partsOf("walkthrough", /^## (?=\d)/m);

describe("the walkthrough", { skip: missing && `there is no ${missing} here` }, () => {
  let reader: Reader;
  before(async () => {
    reader = await Reader.of("walkthrough");
  });
  after(() => reader.end());

  for (const part of PARTS) {
    const blocks = blocksOf(part);
    test(part.split("\n")[0]!, { skip: whyNot(part) }, async () => {
      assert.ok(blocks.length > 0, "nothing of this part would be tried");
      await reader.follow(part);
    });
  }

  test("leaves the project as it was", async () => {
    assert.match(await reader.run("git status --short | wc -l"), /^\s*0$/m);
  });

  test(`takes ${MINUTES} minutes, in parts that can be told apart`, () => {
    const minutes = PARTS.map(part => Number(/^\d+\. .* \((\d+) minutes?\)\n/.exec(part)?.[1]));

    assert.equal(
      minutes.reduce((sum, each) => sum + each, 0),
      MINUTES,
    );
    assert.deepEqual(
      PARTS.map(part => Number.parseInt(part, 10)),
      [...PARTS.keys()].map(index => index + 1),
    );
  });
});
