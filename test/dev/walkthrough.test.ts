/**
 * Follows docs/walkthrough.md from its first line to its last, in a copy of the project: every `sh` block is run
 * (in a background terminal of its own where its title says so), every `diff` is applied as the lesson says, and every line of a
 * `text` block must be found in what was said; "…" stands for anything. Their order is free: what goes on at the
 * same time ends in any order.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../shared/free-port.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LEFT_OUT = ["node_modules", ".git", ".local", "test", "bench"];
const PATIENCE_MS = 120_000;
const MINUTES = 45;
const PARTS = (await readFile(join(ROOT, "docs/walkthrough.md"), "utf8"))
  .replaceAll("\r\n", "\n")
  .split(/^## (?=\d)/m)
  .slice(1);

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;
const missing = ["bash", "curl", "git"].find(program => !has(program));

interface Block {
  kind: string;
  isFirstTerminal: boolean;
  text: string;
}

/** The blocks of a part of the document, in order. */
const blocksOf = (part: string): Block[] =>
  [...part.matchAll(/^```(\w+)(.*)\n([\s\S]*?)^```$/gm)].map(([, kind = "", title = "", text = ""]) => ({
    kind,
    isFirstTerminal: title.includes("first terminal"),
    text,
  }));

/** A shell that takes commands, and what it has said. */
class Terminal {
  readonly #shell;
  #said = "";

  constructor(cwd: string) {
    const { NO_COLOR: _, ...env } = process.env;
    this.#shell = spawn("bash", ["--noprofile", "--norc"], { cwd, env, detached: true });
    for (const stream of [this.#shell.stdout, this.#shell.stderr])
      stream.setEncoding("utf8").on("data", text => {
        this.#said += text;
      });
  }

  type(commands: string): void {
    this.#shell.stdin.write(`${commands}\n`);
  }

  /** Waits until something is said, and returns what was said up to there since the last time. */
  async hears(pattern: RegExp): Promise<string> {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
      const found = pattern.exec(this.#said);
      if (found) return this.#forget(found.index + found[0].length);
      if (this.#shell.exitCode !== null) break;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    throw new Error(`Never said ${pattern}, only:\n${this.#said}`);
  }

  #forget(length: number): string {
    const heard = this.#said.slice(0, length);
    this.#said = this.#said.slice(length);
    return heard;
  }

  /** Runs commands to their end and returns what they say. */
  run(commands: string): Promise<string> {
    const mark = `end ${Math.random()}`;
    this.type(`${commands}\necho "${mark}"`);
    return this.hears(new RegExp(mark));
  }

  /** Presses Ctrl-C, and waits until that has had its effect. */
  async end(): Promise<void> {
    const ended = new Promise(resolve => this.#shell.on("close", resolve));
    this.#shell.stdin.end();
    if (this.#shell.exitCode === null) process.kill(-this.#shell.pid!, "SIGINT");
    await ended;
  }
}

/** What finds each line of a `text` block. */
const patternsOf = (lines: string) => lines.trim().split("\n").map(patternOf);

const patternOf = (line: string) =>
  new RegExp(
    line
      .split("…")
      .map(text => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*"),
  );

describe("the walkthrough", { skip: missing && `there is no ${missing} here` }, () => {
  let project: string;
  let port: number;
  let first: Terminal | undefined;
  let second: Terminal;
  let answer = "";

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "walkthrough-"));
    const filter = (path: string) => path === ROOT || !LEFT_OUT.includes(basename(path));
    await cp(ROOT, project, { recursive: true, filter });
    await symlink(join(ROOT, "node_modules"), join(project, "node_modules"), "junction");
    port = await freePort();
    second = new Terminal(project);
    const identity = "-c user.name=reader -c user.email=reader@example.com";
    await second.run(`git init -q && git add . && git ${identity} commit -qm "As cloned"`);
  });

  after(async () => {
    await first?.end();
    await second?.end();
    await rm(project, { recursive: true, force: true });
  });

  /** Types into a new first terminal; on a port that is free here, which the default perhaps is not. */
  async function restart(command: string): Promise<void> {
    await first?.end();
    first = new Terminal(project);
    first.type(`${command}${command.includes(" -- ") ? "" : " --"} --port ${port}`);
  }

  async function edit(part: string): Promise<void> {
    const said = await second.run(
      `npm run --silent apply walkthrough ${Number.parseInt(part, 10)} && echo "made"`,
    );
    assert.match(said, /^made$/m);
  }

  async function follow({ kind, isFirstTerminal, text }: Block, part: string): Promise<void> {
    if (kind === "diff") await edit(part);
    else if (kind === "sh" && isFirstTerminal) await restart(text.trim());
    else if (kind === "sh") answer = await second.run(text);
    else if (kind === "text" && isFirstTerminal)
      for (const line of patternsOf(text)) await first!.hears(line);
    else if (kind === "text") for (const line of patternsOf(text)) assert.match(answer, line);
    else assert.fail(`Nobody knows what to do with a block of ${kind}.`);
  }

  for (const part of PARTS) {
    const blocks = blocksOf(part);
    const needsAws = blocks.some(({ kind, text }) => kind === "sh" && /^(\w+=\$\()?aws /m.test(text));
    const skip = needsAws && !has("aws") && "there is no aws command here";
    test(part.split("\n")[0]!, { skip }, async () => {
      assert.ok(blocks.length > 0, "nothing of this part would be tried");
      for (const block of blocks) await follow(block, part);
    });
  }

  test("leaves the project as it was", async () => {
    assert.match(await second.run("git status --short | wc -l"), /^\s*0$/m);
  });

  test(`takes ${MINUTES} minutes, in parts that can be told apart`, () => {
    const minutes = PARTS.map(part => Number(/^\d+\. .* \((\d+) minutes?\)\n/.exec(part)?.[1]));

    assert.equal(
      minutes.reduce((sum, each) => sum + each, 0),
      MINUTES,
    );
    assert.deepEqual(
      PARTS.map(part => Number.parseInt(part, 10)),
      [...PARTS.keys()].map(index => index + 1),
    );
  });
});
