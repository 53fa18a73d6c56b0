/** Tells when sources of the project change. */
import { watch } from "node:fs";
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
/** One save is several events, and some editors write in several steps. */
const SAVE_MS = 5;
/** What has not been written for so long is whole. */
export const QUIET_MS = 60;

/** Changed files, by what they concern. */
export type Changed = ReadonlyMap<string, Concern>;

export interface Listener {
  /** Sources have been saved, and may still be written. */
  saved(files: Changed): void;
  /** Nothing has been written for a moment: all that was since the last time. */
  quiet(files: Changed): void;
}

/** Watches the project's sources for as long as this process runs. */
export function watchSources(root: string, { saved, quiet }: Listener): void {
  const noteSave = gathering(SAVE_MS, saved);
  const noteWrite = gathering(QUIET_MS, quiet);
  const watched = (folder: string, concernOf: (name: string) => Concern) =>
    watch(join(root, folder), (_event, name) => {
      if (!name || !SOURCE.test(name)) return;
      for (const note of [noteSave, noteWrite]) note(join(folder, name), concernOf(name));
    });
  watched(".", name => (OF_DEPLOY.includes(name) ? "deploy" : "build"));
  for (const [folder, concern] of Object.entries(CONCERNS)) watched(folder, () => concern);
}

/** Gathers the files that are noted until none was for so long, and then tells them. */
function gathering(ms: number, tell: (files: Changed) => void) {
  let files = new Map<string, Concern>();
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    const gathered = files;
    files = new Map();
    tell(gathered);
  };
  return (file: string, concern: Concern) => {
    files.set(file, concern);
    clearTimeout(timer);
    timer = setTimeout(end, ms);
  };
}
