/** Half a change is said by `npm run check`, with the place to go to. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { allowed, disagreements } from "../../dev/agreement.ts";
import { METHODS } from "../../handler.ts";

const does = {
  methods: [...METHODS.keys()],
  source: readFileSync(new URL("../../handler.ts", import.meta.url), "utf8"),
};

test("the function and stack.ts agree", () => {
  assert.deepEqual(disagreements(does, allowed()), []);
});

test("a method that only the function knows is named", () => {
  const [said, ...more] = disagreements({ ...does, methods: [...does.methods, "PATCH"] }, allowed());

  assert.match(said!, /handler\.ts answers PATCH, .* add it to api\.methods/);
  assert.deepEqual(more, []);
});

test("a method that only stack.ts lists is named", () => {
  const { methods, actions } = allowed();

  const [said, ...more] = disagreements(does, { methods: [...methods, "PATCH"], actions });

  assert.match(said!, /stack\.ts lists PATCH, .* add it to METHODS/);
  assert.deepEqual(more, []);
});

test("a call that the role does not allow is named", () => {
  const source = `${does.source}\nawait database.send(new UpdateItemCommand(input));`;

  const [said, ...more] = disagreements({ ...does, source }, allowed());

  assert.match(said!, /calls UpdateItem, .* add "dynamodb:UpdateItem" to role\.statements/);
  assert.deepEqual(more, []);
});
