/** The directory that a function's files are in, as /var/task is on Lambda, and the SDK beside it, as /var/runtime. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { filesOf } from "./zip.ts";

export interface TaskRoot {
  path: string;
  remove(): Promise<void>;
}

/** Unpacks a deployment package where only this user can read. */
export async function makeTaskRoot(zip: Uint8Array): Promise<TaskRoot> {
  const files = filesOf(zip);
  const around = await mkdtemp(join(tmpdir(), "dynamosync-function-"));
  const path = join(around, "task");
  const remove = () => rm(around, { recursive: true, force: true });
  try {
    await write(path, files);
    await linkSdk(join(around, "node_modules"));
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function write(root: string, files: Map<string, Uint8Array>): Promise<void> {
  for (const [name, content] of files) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included */
const SCOPES = ["@aws-sdk", "@smithy"];

/** Above a function's own node_modules Node finds the SDK that this package uses, for `import` and for `require`. */
async function linkSdk(modules: string): Promise<void> {
  await mkdir(modules);
  for (const scope of SCOPES) {
    const [place, ...further] = placesOf(scope);
    if (place === undefined) continue;
    if (further.length === 0) await link(place, join(modules, scope));
    else await linkEach([place, ...further], join(modules, scope));
  }
}

/** A kind of link that Windows grants anybody. */
const link = (target: string, path: string) => symlink(target, path, "junction");

/** The folders of a scope where this file would look for a package of it, the nearest first. */
const placesOf = (scope: string): string[] =>
  (createRequire(import.meta.url).resolve.paths(scope) ?? [])
    .map(modules => join(modules, scope))
    .filter(existsSync);

/** Links the nearest of each name. */
async function linkEach(places: string[], folder: string): Promise<void> {
  await mkdir(folder);
  const packages = new Map<string, string>();
  for (const place of places)
    for (const name of await readdir(place)) if (!packages.has(name)) packages.set(name, join(place, name));
  await Promise.all(Array.from(packages, ([name, path]) => link(path, join(folder, name))));
}
