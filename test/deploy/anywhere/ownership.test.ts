/** What lacks our tag is not ours: it stops deploy and teardown before anything is written. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deploy } from "../../../ensure.ts";
import { teardown } from "../../../remove.ts";
import { createTable, foreign } from "../../shared/foreign.ts";
import { useAws } from "../fixture.ts";

const { aws, clients, region, calls, writes, newName, stackOf } = await useAws();

describe("somebody else's", () => {
  for (const [type, create] of Object.entries(foreign)) {
    for (const [command, run] of Object.entries({ deploy, teardown })) {
      test(`${type} of the same name stops ${command} before anything is written`, async () => {
        const name = newName();
        await create(clients, await stackOf(name));
        calls.length = 0;

        const refused = run({ name, region, aws });

        const said = {
          name: "Refusal",
          message: new RegExp(`${type}.*not this stack's.*no tag`),
          remedy: /--name/,
        };
        await assert.rejects(refused, said);
        assert.deepEqual(writes(), []);
      });
    }
  }

  test("stack's table is named with the stack that it belongs to", async () => {
    const name = newName();
    await createTable(clients, name, "id", [{ Key: "dynamosync:stack", Value: "theirs" }]);

    const refused = deploy({ name, region, aws });

    await assert.rejects(refused, /belongs to the stack "theirs"/);
  });

  test("key makes a table of ours unusable, and leaves it as it is", async () => {
    const name = newName();
    await createTable(clients, name, "key", [{ Key: "dynamosync:stack", Value: name }]);
    calls.length = 0;

    const refused = deploy({ name, region, aws });

    await assert.rejects(refused, {
      name: "Refusal",
      message: /its key is key \(HASH\) instead of id \(HASH\)/,
    });
    assert.deepEqual(writes(), []);
  });
});
