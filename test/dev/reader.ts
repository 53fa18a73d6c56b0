/**
 * Follows a document in a copy of the project: every `sh` block is run (in a background terminal of its own where its
 * title says so), every `diff` is applied as the document says, and every line of a `text` block must be found in what
 * was said; "…" stands for anything. Their order is free: what goes on at the same time ends in any order.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apply, madeIn } from "../../docs/apply.ts";
import { freePort } from "../shared/free-port.ts";
import { copyProject } from "../shared/project-copy.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PATIENCE_MS = 120_000;

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;

/** The first program that nothing here can be followed without, if it is missing. */
export const missing = ["bash", "curl", "git"].find(program => !has(program));

/** What follows each heading of a document in docs/, heading and all. */
export const partsOf = (document: string, heading: RegExp): string[] =>
  readFileSync(join(ROOT, "docs", `${document}.md`), "utf8")
    .replaceAll("\r\n", "\n")
    .split(heading)
    .slice(1);

interface Block {
  kind: string;
  isFirstTerminal: boolean;
  text: string;
}

/** The blocks of a part of the document, in order. */
export const blocksOf = (part: string): Block[] =>
  [...part.matchAll(/^```(\w+)(.*)\n([\s\S]*?)^```$/gm)].map(([, kind = "", title = "", text = ""]) => ({
    kind,
    isFirstTerminal: title.includes("first terminal"),
    text,
  }));

/** Why a part cannot be followed here, if it cannot: it types the aws command. */
export const whyNot = (part: string) =>
  blocksOf(part).some(({ kind, text }) => kind === "sh" && /^(\w+=\$\()?aws /m.test(text)) &&
  !has("aws") &&
  "there is no aws command here";

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

/** Somebody who does what a document says. */
export class Reader {
  readonly project: string;
  readonly #document: string;
  readonly #port: number;
  readonly #second: Terminal;
  #first: Terminal | undefined;
  #answer = "";

  private constructor(document: string, project: string, port: number) {
    this.#document = document;
    this.project = project;
    this.#port = port;
    this.#second = new Terminal(project);
  }

  /** Sits down before a fresh clone of the project. */
  static async of(document: string): Promise<Reader> {
    const project = await copyProject(`${document}-`);
    const reader = new Reader(document, project, await freePort());
    const made = madeIn(project); // documents tell of what was cloned
    for (const recipe of made) apply(recipe, project, "--reverse");
    if (made.length > 0) await reader.run("npm run --silent openapi");
    const identity = "-c user.name=reader -c user.email=reader@example.com";
    await reader.run(`git init -q && git add . && git ${identity} commit -qm "As cloned"`);
    await reader.run("git rm -rq --cached . && git reset -q --hard"); // as git writes it, however lines end here
    return reader;
  }

  /** Types into the second terminal, and returns what is said. */
  run(commands: string): Promise<string> {
    return this.#second.run(commands);
  }

  /** Does all that a part says. */
  async follow(part: string): Promise<void> {
    for (const block of blocksOf(part)) await this.#follow(block, part);
  }

  /** Ends what runs in the first terminal. */
  async endFirst(): Promise<void> {
    await this.#first?.end();
    this.#first = undefined;
  }

  async end(): Promise<void> {
    await this.endFirst();
    await this.#second.end();
    await rm(this.project, { recursive: true, force: true });
  }

  async #follow({ kind, isFirstTerminal, text }: Block, part: string): Promise<void> {
    if (kind === "diff") await this.#edit(part);
    else if (kind === "sh" && isFirstTerminal) await this.#restart(text.trim());
    else if (kind === "sh") this.#answer = await this.run(text);
    else if (kind === "text" && isFirstTerminal)
      for (const line of patternsOf(text)) await this.#first!.hears(line);
    else if (kind === "text") for (const line of patternsOf(text)) assert.match(this.#answer, line);
    else assert.fail(`Nobody knows what to do with a block of ${kind}.`);
  }

  /** By the beginning of the heading, up to its full stop or its end. */
  async #edit(part: string): Promise<void> {
    const heading = /^[^.\n]+/.exec(part)![0];
    const said = await this.run(`npm run --silent apply ${this.#document} '${heading}' && echo "made"`);
    assert.match(said, /^made$/m);
  }

  /** Types into a new first terminal; on a port that is free here, which the default perhaps is not. */
  async #restart(command: string): Promise<void> {
    await this.endFirst();
    this.#first = new Terminal(this.project);
    this.#first.type(`${command}${command.includes(" -- ") ? "" : " --"} --port ${this.#port}`);
  }
}
