/**
 * The tests: `npm test`, or those in files whose path has some text in it, `npm test -- handler`. As many files at
 * once as the machine has processors, and one more, as some wait; those that take longest begin first, so that none of
 * them is waited for in the end.
 */
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec, tap } from "node:test/reporters";

const ROOT = join(import.meta.dirname, "..");

/** Where the long ones are. */
const LONG = ["test/storm", "test/dev", "test/page", "test/account"];

/** All but the clients that nobody here wrote: CI runs these, as not every machine has them. */
const files = ["test", "local-aws/test"]
  .flatMap(folder => readdirSync(join(ROOT, folder), { recursive: true }).map(file => `${folder}/${file}`))
  .map(file => file.replaceAll("\\", "/"))
  .filter(file => file.endsWith(".test.ts") && !file.includes("/witness/"));

/** Its place among the long ones; behind them all if it is none. */
function place(file: string): number {
  const at = LONG.findIndex(folder => file.startsWith(folder));
  return at < 0 ? LONG.length : at;
}

const [text = ""] = process.argv.slice(2);
const wanted = files.filter(file => file.includes(text)).sort((a, b) => place(a) - place(b));
if (wanted.length === 0) {
  console.error(`Cannot test "${text}" because no test file has that in its path: ls test/* local-aws/test`);
  process.exit(2);
}
const tests = run({
  files: wanted.map(file => join(ROOT, file)),
  concurrency: availableParallelism() + 1,
});
tests.on("test:fail", () => {
  process.exitCode = 1;
});
tests.compose(process.stdout.isTTY ? new spec() : tap).pipe(process.stdout);
