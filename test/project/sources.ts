/** The project's own sources, as a reader finds them. */
import { readdirSync, readFileSync } from "node:fs";
import { sep } from "node:path";

const ROOT = new URL("../..", import.meta.url);

export interface Source {
  /** From the project's folder on, with slashes: "resources/role.ts". */
  path: string;
  text: string;
}

/** What is written in TypeScript and JavaScript, and the page's style and markup. */
const SOURCE = /\.(ts|mjs|css|html)$/;
const FOREIGN = /^\.|(^|\/)(node_modules|dist)(\/|$)/;

/** Every source of the project; what was installed is not its own. */
export function sources(): Source[] {
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !FOREIGN.test(entry.name))
    .flatMap(({ name }) =>
      readdirSync(new URL(name, ROOT), { recursive: true }).map(inside => `${name}/${inside}`),
    );
  return [...readdirSync(ROOT), ...folders]
    .map(path => path.replaceAll(sep, "/"))
    .filter(path => SOURCE.test(path) && !FOREIGN.test(path))
    .map(path => ({ path, text: readFileSync(new URL(path, ROOT), "utf8") }));
}
