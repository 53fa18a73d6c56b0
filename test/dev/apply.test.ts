/** The changes that a document shows, made by a command. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { apply, changeOf, changesOf } from "../../docs/apply.ts";

const DOCUMENT = `# Title

## 1. Nothing to change

## 2. A word

Here:

\`\`\`diff
--- a/poem.txt
+++ b/poem.txt
@@ -1,2 +1,2 @@
-roses
+violets
 are red
\`\`\`

## 3. Two words

\`\`\`diff
--- a/poem.txt
+++ b/poem.txt
@@ -1,2 +1,2 @@
 roses
-are red
+are blue
--- a/prose.txt
+++ b/prose.txt
@@ -1 +1 @@
-Once.
+Twice.
\`\`\`
`;

describe("A change that a document shows", () => {
  let folder: string;
  const poem = () => readFile(join(folder, "poem.txt"), "utf8");

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "apply-"));
    await writeFile(join(folder, "poem.txt"), "roses\nare red\n");
    await writeFile(join(folder, "prose.txt"), "Never.\n");
  });

  after(() => rm(folder, { recursive: true, force: true }));

  test("is found by the beginning of its heading, also where lines end as on Windows", () => {
    const found = changeOf(DOCUMENT.replaceAll("\n", "\r\n"), "2");

    assert.equal(found, changesOf(DOCUMENT).get("2. A word"));
    assert.match(found, /^-roses\n\+violets$/m);
  });

  for (const unclear of ["", "1", "4", "words"])
    test(`"${unclear}" is answered with the headings that have one`, () => {
      assert.throws(() => changeOf(DOCUMENT, unclear), {
        message: 'Say which change: "2. A word", "3. Two words".',
      });
    });

  test("is made as a whole or not at all", async () => {
    assert.throws(() => apply(changeOf(DOCUMENT, "3"), folder), /prose\.txt: patch does not apply/);

    assert.equal(await poem(), "roses\nare red\n");
  });

  test("is made, and a second time refused", async () => {
    apply(changeOf(DOCUMENT, "2"), folder);

    assert.equal(await poem(), "violets\nare red\n");
    assert.throws(() => apply(changeOf(DOCUMENT, "2"), folder), /not as the document knows it/);
  });
});
