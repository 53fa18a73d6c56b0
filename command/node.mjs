/**
 * Imported before all else. Where Node is too old for the rest, this says so instead of it, in one sentence. Where it
 * can, it keeps what Node makes of the sources that are imported from here on: types stripped, code compiled. Node
 * finds it by what a source holds, its own version and the processor: https://nodejs.org/api/module.html#module-compile-cache
 */
import { readFileSync } from "node:fs";
import module from "node:module"; // not enableCompileCache by its name, which an old Node has not
import { fileURLToPath } from "node:url";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const needed = manifest.engines.node.replace(">=", "");

const numbers = version => version.split(".").map(Number);
const [[major, minor], [leastMajor, leastMinor]] = [process.versions.node, needed].map(numbers);

if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  console.error(`This needs Node ${needed} or later, and is run by ${process.versions.node}.`);
  process.exit(1);
}

// Not in the machine's directory for such things, where others could put what this would run.
module.enableCompileCache?.(fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)));

/** The lock file holds the SDK at versions that run on Node 20: its warning would tell a reader nothing. */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
