/** Imported before all else: where Node is too old for the rest, this says so instead of it, in one sentence. */
import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const needed = manifest.engines.node.replace(">=", "");

if (process.versions.node.localeCompare(needed, "en", { numeric: true }) < 0) {
  console.error(`This needs Node ${needed} or later, and is run by ${process.versions.node}.`);
  process.exit(1);
}
