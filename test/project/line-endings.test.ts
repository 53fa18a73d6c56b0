/** A checkout whose lines end as on Windows, which .gitattributes prevents and an editor may bring about. */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildFunction } from "../../bundle/function.ts";
import { buildPage } from "../../bundle/page.ts";
import { sources } from "./sources.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const API_URL = "https://api.example/items";
const BUILT = /^([\w-]+\.\w+|(form|bundle)\/.*)$/;

let project: string;

before(async () => {
  project = await mkdtemp(join(tmpdir(), "lines that end otherwise "));
  for (const name of ["form", "bundle", "package.json", "tsconfig.json"])
    await cp(join(ROOT, name), join(project, name), { recursive: true });
  for (const { path, text } of sources().filter(({ path }) => BUILT.test(path)))
    await writeFile(join(project, path), text.replaceAll(/\r?\n/g, "\r\n"));
  await symlink(join(ROOT, "node_modules"), join(project, "node_modules"), "junction");
});

after(() => rm(project, { recursive: true, force: true }));

const built = (file: string) => import(pathToFileURL(join(project, "bundle", file)).href);

test("the sources do end their lines otherwise there", async () => {
  for (const file of ["index.html", "styles.css", "form.ts", "handler.ts"])
    assert.match(await readFile(join(project, file), "utf8"), /\r\n/);
});

test("the page has the same bytes", async () => {
  const { buildPage: buildThere } = (await built("page.ts")) as { buildPage: typeof buildPage };

  assert.deepEqual(await buildThere(API_URL), await buildPage(API_URL));
});

test("the function has the same bytes, in a path with spaces, too", async () => {
  const { buildFunction: buildThere } = (await built("function.ts")) as {
    buildFunction: typeof buildFunction;
  };

  assert.equal((await buildThere()).sha256, (await buildFunction()).sha256);
});
