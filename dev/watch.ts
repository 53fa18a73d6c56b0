/** Tells when sources of the project change. */
import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";

/** What a change concerns: what deploy builds, deploy itself, or what only another start takes up. */
export type Concern = "build" | "deploy" | "start";

/** By folder. */
const CONCERNS: Record<string, Concern> = {
  form: "build",
  resources: "deploy",
  converge: "deploy",
  command: "deploy",
  bundle: "deploy",
  "local-aws/src": "start",
};
const OF_DEPLOY = ["stack.ts", "ensure.ts"];
const SOURCE = /^\w[\w-]*\.(ts|mjs|html|css)$/;
const QUIET_MS = 60;

export interface Listener {
  /** A source has been touched, and may still be written: editors do that in several steps. */
  touched(concern: Concern): void;
  /** Nothing has been touched for a moment: by file, what has been. */
  changed(files: ReadonlyMap<string, Concern>): void;
}

/**
 * Watches the project's sources.
 * @returns ends the watch
 */
export function watchSources(root: string, { touched, changed }: Listener): () => void {
  let files = new Map<string, Concern>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    const told = files;
    files = new Map();
    changed(told);
  };
  const note = (file: string, concern: Concern) => {
    files.set(file, concern);
    touched(concern);
    clearTimeout(timer);
    timer = setTimeout(tell, QUIET_MS);
  };
  const watched = (folder: string, concernOf: (name: string) => Concern): FSWatcher =>
    watch(join(root, folder), (_event, name) => {
      if (name && SOURCE.test(name)) note(join(folder, name), concernOf(name));
    });
  const watchers = [
    watched(".", name => (OF_DEPLOY.includes(name) ? "deploy" : "build")),
    ...Object.entries(CONCERNS).map(([folder, concern]) => watched(folder, () => concern)),
  ];
  return () => {
    for (const watcher of watchers) watcher.close();
    clearTimeout(timer);
  };
}
