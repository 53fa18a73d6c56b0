/** How much there is to read, and how much of it at once. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { madeIn } from "../../docs/apply.ts";
import { sources } from "./sources.ts";

/** What a reader reads in an hour. */
const AN_HOUR = 2400;
const A_FILE = 200;

/** Files that are longer, each with its reason. */
const LONGER: Record<string, string> = { "docs/openapi.ts": "the whole contract, as one document" };

const linesOf = (text: string) => text.split("\n").length - 1;

const MADE = madeIn(fileURLToPath(new URL("../..", import.meta.url)));

/** By how many lines the recipes that were made here have lengthened a file: those are the reader's own. */
function linesOfRecipes(path: string): number {
  const changes = MADE.flatMap(diff => diff.split(/^--- a\/.*\n/m))
    .filter(change => change.startsWith(`+++ b/${path}\n`))
    .map(change => change.slice(change.indexOf("\n")));
  const count = (sign: RegExp) => changes.join("").match(sign)?.length ?? 0;
  return count(/^\+/gm) - count(/^-/gm);
}

describe("What there is to read", () => {
  const product = sources()
    .filter(({ path }) => /^([\w-]+\.\w+|(form|resources|converge|command|bundle|dev)\/.*)$/.test(path))
    .map(({ path, text }) => ({ path, lines: linesOf(text) }));

  test(`the top level's TypeScript and resources/ are at most ${AN_HOUR} lines`, () => {
    const read = product.filter(({ path }) => /^([\w-]+|resources\/.+)\.ts$/.test(path));

    const lines = read.reduce((sum, file) => sum + file.lines - linesOfRecipes(file.path), 0);

    assert.ok(read.length >= 15, `only ${read.length} files were found`);
    assert.ok(lines <= AN_HOUR, `they are ${lines} lines`);
  });

  test(`no file is longer than ${A_FILE} lines, but for tests and those with a reason`, () => {
    const long = sources()
      .filter(({ path }) => !/(^|\/)(test|bench)\//.test(path))
      .filter(({ text }) => linesOf(text) > A_FILE)
      .map(({ path }) => path);

    assert.deepEqual(long.sort(), Object.keys(LONGER).sort());
  });
});
