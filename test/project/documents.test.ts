/** What there is to read beside the code: short enough, and each of its links leads somewhere. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, test } from "node:test";

const ROOT = new URL("../..", import.meta.url);
const DOCUMENTS = [
  ...["README.md", "CONTRIBUTING.md", "local-aws/README.md"],
  ...readdirSync(new URL("docs", ROOT))
    .filter(name => name.endsWith(".md"))
    .map(name => `docs/${name}`),
];
const WELCOME_LINES = 120;

const textOf = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

/** The places of ours that a document links to or shows, each with the part that is meant: "docs/x.md", "a-heading". */
function linksOf(document: string): { path: string; part: string | undefined }[] {
  const targets = textOf(document).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g);
  return Array.from(targets, ([, link, source]) => link ?? source!)
    .filter(target => !/^[a-z]+:/.test(target))
    .map(target => {
      const [path = "", part] = target.split("#");
      return { path: path ? posix.join(posix.dirname(document), path) : document, part };
    });
}

/** The anchors of a document's headings, as GitHub and npm make them. */
const anchorsOf = (path: string) =>
  Array.from(textOf(path).matchAll(/^#+ (.*)$/gm), ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );

describe("The documents", () => {
  for (const document of DOCUMENTS)
    test(`every link in ${document} leads to a file of the project, and to a heading in it`, () => {
      for (const { path, part } of linksOf(document)) {
        assert.ok(existsSync(new URL(path, ROOT)), `there is no ${path}`);
        if (part !== undefined)
          assert.ok(anchorsOf(path).includes(part), `${path} has no heading for #${part}`);
      }
    });

  test(`the README is a welcome: at most ${WELCOME_LINES} lines`, () => {
    assert.ok(linksOf("README.md").length > 10);
    assert.ok(textOf("README.md").split("\n").length - 1 <= WELCOME_LINES);
  });
});
