/** What is installed, from whom, and under which terms. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

interface Package {
  name?: string;
  version: string;
  license?: string | { type: string };
  integrity?: string;
  resolved?: string;
  link?: boolean;
  dev?: boolean;
  hasInstallScript?: boolean;
  workspaces?: string[];
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const ROOT = new URL("../..", import.meta.url);
const textOf = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const json = (path: string) => JSON.parse(textOf(path));

/** The project's own packages, by their folders. */
const WORKSPACES = ["local-aws"];
const OWN = ["", ...WORKSPACES];
const manifestOf = (folder: string): Package => json(folder ? `${folder}/package.json` : "package.json");

const everything: Record<string, Package> = json("package-lock.json").packages;
const isOwn = (path: string) => OWN.includes(path) || WORKSPACES.includes(path.replace("node_modules/", ""));
/** What others wrote. */
const locked = Object.fromEntries(Object.entries(everything).filter(([path]) => !isOwn(path)));

/** The manifests of the packages that are here; those for other systems are not. */
const installed = Object.keys(locked)
  .filter(path => existsSync(new URL(`${path}/package.json`, ROOT)))
  .map(path => ({ path, manifest: json(`${path}/package.json`) as Package }));

/** Why a package has an install script, all the same none is run: .npmrc says so. */
const INSTALL_SCRIPTS: Record<string, string> = {
  "node_modules/classic-level": "would compile LevelDB where no prebuilt one fits",
  "node_modules/esbuild": "would save the start of a process by linking its program into place",
};

/** Whoever uses this project may do so under its own licence, given that theirs are named. */
const PERMISSIVE = ["0BSD", "Apache-2.0", "BSD-3-Clause", "ISC", "MIT"];

const EXACT = /^\d+\.\d+\.\d+$/;

test("every dependency is asked for by its exact version, and locked at it", () => {
  for (const folder of OWN) {
    const { dependencies, devDependencies } = manifestOf(folder);
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.match(version, EXACT, name);
      assert.equal(locked[`node_modules/${name}`]?.version, version, name);
    }
    assert.deepEqual(everything[folder]?.dependencies, dependencies);
    assert.deepEqual(everything[folder]?.devDependencies, devDependencies);
  }
});

test("a link leads to a package of this repository, and there is none to anything else", () => {
  assert.deepEqual(manifestOf("").workspaces, WORKSPACES);
  const links = Object.entries(everything).filter(([, { link, resolved }]) => link || resolved);
  const wanted = WORKSPACES.map(folder => [`node_modules/${folder}`, { resolved: folder, link: true }]);
  assert.deepEqual(links, wanted);
  for (const folder of WORKSPACES) assert.equal(manifestOf(folder).scripts, undefined);
});

test("the lock file holds each package's hash, and no address: any registry will do, none can cheat", () => {
  assert.ok(Object.keys(locked).length > 50);
  for (const [path, { version, integrity, resolved, link }] of Object.entries(locked)) {
    assert.match(version, /^\d+\.\d+\.\d+/, path);
    assert.match(integrity ?? "", /^sha512-[\w+/]{86}==$/, path);
    assert.deepEqual([resolved, link], [undefined, undefined], path);
  }
});

test("the lock file is whole, so that npm ci takes it on every system", () => {
  for (const [path, { dependencies, optionalDependencies }] of Object.entries(locked))
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const places = path
        .split("/node_modules/")
        .map((_, depth, all) => all.slice(0, depth + 1).join("/node_modules/"));
      const candidates = ["node_modules", ...places.map(place => `${place}/node_modules`)];
      assert.ok(
        candidates.some(place => `${place}/${name}` in locked),
        `${name}, which ${path} asks for`,
      );
    }
});

test("what is installed is what is locked", () => {
  assert.ok(installed.length > 50);
  for (const { path, manifest } of installed) assert.equal(manifest.version, locked[path]?.version, path);
});

test("only the packages that are known for it have an install script, and npm runs none", () => {
  const declared = Object.keys(locked).filter(path => locked[path]?.hasInstallScript);
  const found = installed
    .filter(({ manifest }) =>
      Object.keys(manifest.scripts ?? {}).some(name => /^(pre|post)?install$/.test(name)),
    )
    .map(({ path }) => path);

  assert.deepEqual(declared.sort(), Object.keys(INSTALL_SCRIPTS));
  assert.deepEqual(found.sort(), Object.keys(INSTALL_SCRIPTS));
  assert.match(textOf(".npmrc"), /^ignore-scripts=true$/m);
});

describe("every licence is a permissive one", () => {
  const isPermissive = (license: Package["license"]) =>
    (typeof license === "object" ? license.type : (license ?? ""))
      .replace(/^\(|\)$/g, "")
      .split(" OR ")
      .some(one => PERMISSIVE.includes(one));

  test("of what runs, by its own manifest and by the lock file", () => {
    const own = installed.filter(({ path }) => !locked[path]?.dev);
    for (const { path, manifest } of own) assert.ok(isPermissive(manifest.license), path);
    for (const [path, { license, dev }] of Object.entries(locked))
      assert.ok(dev || isPermissive(license), path);
  });

  test("of what only tests use, but for axe-core's, which asks nothing of its users", () => {
    const others = Object.keys(locked).filter(path => !isPermissive(locked[path]?.license));

    assert.deepEqual(others, ["node_modules/axe-core"]);
  });
});

const namesIn = (text: string) => Array.from(text.matchAll(/`([^`]+)`/g), match => match[1]!);

/** The paragraph or the sentences that begin so, up to an empty line or the next entry of a list. */
const paragraph = (text: string, opening: string) =>
  text.slice(text.indexOf(opening)).split(/\n(?:\n|- )/)[0] ?? "";

/** The packages that each README gives a reason for. */
const REASONS: Record<string, () => { own: string[]; development: string[] }> = {
  "": () => ({
    own: namesIn(paragraph(textOf("README.md"), "Dependencies: ")),
    development: namesIn(paragraph(textOf("CONTRIBUTING.md"), "Those of development:")),
  }),
  "local-aws": () => {
    const [, table = ""] = textOf("local-aws/README.md").split(/^## Dependencies$/m);
    const rows = table.split("\n").filter(line => line.startsWith("| "));
    return { own: rows.flatMap(row => namesIn(row.split("|")[1] ?? "")), development: [] };
  },
};

for (const folder of OWN)
  test(`${join(folder, "README.md")} gives a reason for each dependency, and for nothing else`, () => {
    const { dependencies = {}, devDependencies = {} } = manifestOf(folder);

    const { own, development } = REASONS[folder]!();

    assertListed(Object.keys(dependencies), own);
    assertListed(Object.keys(devDependencies), development);
  });

/** Every name has its entry ("@types/*" is one for many), and every entry its name. */
function assertListed(names: string[], entries: string[]): void {
  const isNamedBy = (entry: string) => (name: string) =>
    entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry;
  for (const name of names)
    assert.ok(
      entries.some(entry => isNamedBy(entry)(name)),
      `${name} is not listed`,
    );
  for (const entry of entries) assert.ok(names.some(isNamedBy(entry)), `${entry} is no dependency`);
}
