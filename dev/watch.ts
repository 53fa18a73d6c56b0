/** Tells when a source of the project changes. */
import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";

/** What a change asks for: what deploy builds is deployed again, what deploy is made of needs a restart. */
export type Consequence = "deploy" | "restart";

const QUIET_MS = 60;
const SOURCE = /^\w[\w-]*\.(ts|mjs|html|css)$/;
const OF_DEPLOY = ["stack.ts", "deploy.ts", "teardown.ts"];
const FOLDERS_OF_DEPLOY = ["resources", "converge", "command", "bundle", "local-aws/src"];

/**
 * Watches the project's sources. Editors write a file in several steps, so that a change is told once it has been
 * quiet for a moment.
 * @returns ends the watch
 */
export function watchSources(root: string, onChange: (file: string, asks: Consequence) => void): () => void {
  const timers = new Map<string, NodeJS.Timeout>();
  const changed = (file: string, asks: Consequence) => {
    clearTimeout(timers.get(file));
    timers.set(
      file,
      setTimeout(() => onChange(file, asks), QUIET_MS),
    );
  };
  const top = watch(root, (_event, name) => {
    if (name && SOURCE.test(name)) changed(name, OF_DEPLOY.includes(name) ? "restart" : "deploy");
  });
  const folders = FOLDERS_OF_DEPLOY.map(folder =>
    watch(join(root, folder), (_event, name) => {
      if (name && SOURCE.test(name)) changed(`${folder}/${name}`, "restart");
    }),
  );
  return () => end([top, ...folders], timers);
}

function end(watchers: FSWatcher[], timers: Map<string, NodeJS.Timeout>): void {
  for (const watcher of watchers) watcher.close();
  for (const timer of timers.values()) clearTimeout(timer);
}
