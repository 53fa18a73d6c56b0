/**
 * Makes the changes that a part of a document shows as diffs, so that nobody has to type them:
 * `npm run apply walkthrough 8`. Nothing is changed unless all of it fits.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(import.meta.dirname);

/** The parts of a document that show diffs: each one's heading, and its diffs in a row. */
export function changesOf(text: string): Map<string, string> {
  const parts = text.replaceAll("\r\n", "\n").split(/^##+ /m).slice(1);
  const diffs = (part: string) =>
    [...part.matchAll(/^```diff\n([\s\S]*?)^```$/gm)].map(found => found[1]).join("");
  return new Map(parts.map(part => [part.split("\n")[0]!, diffs(part)] as const).filter(([, diff]) => diff));
}

/** The change of the one part whose heading begins so; an error that lists the headings there are, otherwise. */
export function changeOf(text: string, heading: string): string {
  const changes = [...changesOf(text)];
  const meant = changes.filter(([name]) => name.toLowerCase().startsWith(heading.toLowerCase()));
  if (meant.length === 1 && heading) return meant[0]![1];
  throw new Error(`Say which change: ${changes.map(([name]) => `"${name}"`).join(", ")}.`);
}

const place = (document: string) => `${ROOT}/docs/${document}.md`;
const read = (document: string) => readFileSync(place(document), "utf8");

/** The recipes that were made in a folder: what there is beyond the project as it was cloned. */
export function madeIn(folder: string): string[] {
  const recipes = [...changesOf(read("recipes")).values(), changeOf(read("walkthrough"), "13")];
  const takeBack = ["apply", "--reverse", "--check", "-"];
  return recipes.filter(input => spawnSync("git", takeBack, { cwd: folder, input }).status === 0);
}

/** Applies a change to the project in a folder. Throws where a file is no longer as the document knows it. */
export function apply(diff: string, folder: string, ...options: string[]): void {
  const { error, status, stderr } = spawnSync("git", ["apply", ...options, "-"], {
    cwd: folder,
    input: diff,
  });
  if (error) throw new Error("Cannot make the change because there is no git here.", { cause: error });
  if (status === 0) return;
  const advice = "Take your own change of these lines back (git checkout), or make this one by hand.";
  throw new Error(
    `Cannot make the change because a file is not as the document knows it. ${advice}\n${stderr}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  try {
    const [document = "walkthrough", heading = ""] = process.argv.slice(2);
    if (!existsSync(place(document))) throw new Error(`There is no document ${place(document)}.`);
    apply(changeOf(read(document), heading), ROOT);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
