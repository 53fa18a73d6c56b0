import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { wrapped } from "../../command/lines.ts";

describe("what is told on a terminal", () => {
  test("breaks between words, and fits", () => {
    const lines = wrapped("Check the network, the region's name and the endpoint.", 20).split("\n");

    assert.deepEqual(lines, ["Check the network,", "the region's name", "and the endpoint."]);
  });

  test("goes on below where it began, if asked to", () => {
    const text = wrapped("skipped   page index.html, which waits for the bucket", 30, " ".repeat(10));

    assert.equal(text, "skipped   page index.html,\n          which waits for the\n          bucket");
  });

  test("is left alone where it is to be copied, cannot be broken, or is no terminal's", () => {
    const command = "  aws dynamodb delete-table --table-name shop";
    const url = "http://127.0.0.1:4566/_aws/execute-api/abc/prod/items";

    assert.equal(wrapped(command, 20), command);
    assert.equal(wrapped(url, 20), url);
    assert.equal(wrapped(`at ${url} or so`, 20), `at\n${url}\nor so`);
    assert.equal(wrapped("of any length, as it is"), "of any length, as it is");
  });
});
