/** A copy of the project to change, start and throw away: as a clone, but for tests and benches. */
import { cp, mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LEFT_OUT = ["node_modules", ".git", ".local"];

/** Makes one, with what is installed here; its folder's name begins as asked. Remove it when done. */
export async function copyProject(beginning: string): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), beginning));
  const filter = (path: string) => path === ROOT || !LEFT_OUT.includes(basename(path));
  await cp(ROOT, project, { recursive: true, filter });
  await symlink(join(ROOT, "node_modules"), join(project, "node_modules"), "junction");
  return project;
}
