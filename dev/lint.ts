/** Biome, for `npm run check`: .gitattributes has LF, but lines may end with CRLF where it was not heard. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { resolve } = createRequire(import.meta.url);
const ending = readFileSync(resolve("../package.json"), "utf8").includes("\r\n") ? "crlf" : "lf";
const args = [resolve("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", `--line-ending=${ending}`];
const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
process.exitCode = status ?? 1;
