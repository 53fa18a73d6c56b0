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
  for (const scope of SCOPES) {
    await mkdir(join(modules, scope), { recursive: true });
    for (const [name, path] of await installed(scope))
      await symlink(path, join(modules, scope, name), "junction"); // a kind of link that Windows grants anybody
  }
}

/** The packages of a scope as this file would find them: the nearest of each name. */
async function installed(scope: string): Promise<Map<string, string>> {
  const places = createRequire(import.meta.url).resolve.paths(scope) ?? [];
  const packages = new Map<string, string>();
  for (const place of places.map(modules => join(modules, scope)).filter(existsSync))
    for (const name of await readdir(place)) if (!packages.has(name)) packages.set(name, join(place, name));
  return packages;
}
