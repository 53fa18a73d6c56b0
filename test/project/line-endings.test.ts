/** A checkout whose lines end as on Windows, which .gitattributes prevents and an editor may bring about. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildFunction } from "../../bundle/function.ts";
import { buildPage } from "../../bundle/page.ts";
import { sources } from "./sources.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const API_URL = "https://api.example/items";
const COPIED = /^([\w-]+\.\w+|dev\/lint\.ts|(form|bundle|command)\/.*)$/;

let project: string;

before(async () => {
  const names = ["package.json", "tsconfig.json", "biome.json", ".gitignore"];
  const settings = names.map(path => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
  project = await mkdtemp(join(tmpdir(), "lines that end otherwise "));
  for (const { path, text } of [...settings, ...sources().filter(({ path }) => COPIED.test(path))]) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text.replaceAll(/\r?\n/g, "\r\n"));
  }
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

test("the check has nothing against it", () => {
  const args = ["--import", "./command/typescript.mjs", "dev/lint.ts"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: "utf8" });

  assert.equal(status, 0, stderr);
  assert.match(stdout, /Checked [1-9]/);
});
