import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Shown, Update } from "../../dev/view/shown.ts";
import { HEADERS } from "../shared/caller.ts";
import { copyProject } from "../shared/project-copy.ts";
import { API, READY, type Start, start } from "./npm-start.ts";

const SENTENCE = "There is no item with this ID.";
const DEPLOYED = /Deployed in /;
const NEXT_TIME = /The next change of a source deploys again/;

describe("npm start, while sources change", () => {
  let project: string;
  let running: Start;
  let api: string;
  /** Of the files that a test has changed. */
  const originals = new Map<string, string>();

  before(async () => {
    project = await copyProject("changing-");
    running = start(project, "--port", "0", "--directory", join(project, "kept"));
    await running.hears(READY);
    api = await running.hears(API);
  });

  afterEach(async () => {
    const from = running.said().length;
    await Promise.all(Array.from(originals, ([file, text]) => writeFile(join(project, file), text)));
    originals.clear();
    await running.hears(DEPLOYED, from);
    for (let asked = 0; !(await isAsCloned()); asked++) {
      assert.ok(asked < 500, "It is not deployed again as it was.");
      await setTimeout(50);
    }
  });

  after(async () => {
    running.child.kill("SIGKILL");
    await running.ended;
    await rm(project, { recursive: true, force: true });
  });

  /** Saves a file with one text in the place of another, and waits for what is said about that. */
  async function save(file: string, from: string, to: string, said?: RegExp): Promise<void> {
    const path = join(project, file);
    const original = originals.get(file) ?? (await readFile(path, "utf8"));
    originals.set(file, original);
    const before = running.said().length;
    await writeFile(
      path,
      original.replace(from, () => to),
    );
    if (said) await running.hears(said, before);
  }

  const lineOf = async (file: string, text: string) =>
    (await readFile(join(project, file), "utf8")).split(text)[0]!.split("\n").length;

  const ask = (method = "GET") => fetch(`${api}?id=nobody`, { method, headers: HEADERS });
  const answer = async () => (await (await ask()).json()).error.message;

  /** The methods that the API names to a browser. */
  const allowed = async () => (await ask("OPTIONS")).headers.get("access-control-allow-methods") ?? "";

  const isAsCloned = async () => (await answer()) === SENTENCE && !(await allowed()).includes("PATCH");

  it("deploys again", async () => {
    assert.equal(await answer(), SENTENCE);

    await save("handler.ts", SENTENCE, "Changed.", /Deployed[^\n]*function updated/);

    assert.equal(await answer(), "Changed.");
  });

  it("answers every request during five saves, as one of them says, and none before the one before", async () => {
    const texts = [SENTENCE, ...[1, 2, 3, 4, 5].map(number => `Saved ${number}.`)];
    const seen: { status: number; message: string }[] = [];
    const asking = (async () => {
      while (seen.at(-1)?.message !== texts.at(-1)) {
        const response = await ask();
        seen.push({ status: response.status, message: (await response.json()).error?.message });
        await setTimeout(30); // the stage lets 50 a second pass
      }
    })();

    for (const text of texts.slice(1)) {
      await save("handler.ts", SENTENCE, text);
      await setTimeout(150);
    }
    await asking;

    const order = seen.map(({ message }) => texts.indexOf(message));
    assert.deepEqual(
      seen.filter(({ status }) => status !== 404),
      [],
    );
    assert.deepEqual(
      order,
      [...order].sort((one, other) => one - other),
    );
    assert.ok(!order.includes(-1));
  });

  it("shows why a build fails, goes on serving, and deploys the next change", async () => {
    await save("handler.ts", "export const METHODS", "export const = METHODS", NEXT_TIME);
    const meanwhile = await answer();
    await save("handler.ts", SENTENCE, "Mended.", /Deployed[^\n]*function updated/);

    assert.match(running.said(), /handler\.ts:\d+:\d+: ERROR/);
    assert.equal(meanwhile, SENTENCE);
    assert.equal(await answer(), "Mended.");
  });

  it("takes an empty file, which an editor may leave for a moment, for no function", async () => {
    const whole = await readFile(join(project, "handler.ts"), "utf8");

    await save("handler.ts", whole, "", NEXT_TIME);
    const meanwhile = await answer();

    assert.match(running.said(), /handler\.ts exports nothing of the name "handler"/);
    assert.equal(meanwhile, SENTENCE);
  });

  it("shows file, line and message of an error, and prints the addresses as always", async () => {
    const before = running.said().length;
    const line = await lineOf("handler.ts", "if (isForeign(event))");

    await save("handler.ts", "if (isForeign(event))", "throw new Error('on purpose'); if (isForeign(event))");

    await running.hears(new RegExp(`Error: on purpose\\n +at handler\\.ts:${line}:\\d+\\n`), before);
    await running.hears(/Deployed[^\n]*function updated\.\n\n {2}http:\S+\n\nThe API: http:\S+\n/, before);
    await running.hears(/Everything is deployed, but the function fails: 500 /, before);
  });

  it("answers a method that stack.ts and the function have since a moment", async () => {
    const { status: without } = await ask("PATCH");

    await save("handler.ts", '  ["PUT"', '  ["PATCH", { fields: ["id"], run: read }],\n  ["PUT"');
    await save("stack.ts", "methods: [", 'methods: ["PATCH", ', /Deployed[^\n]*routes updated/);
    const { status: withIt } = await ask("PATCH");

    assert.equal(without, 405);
    assert.equal(withIt, 404);
  });

  it("tells where stack.ts is wrong, goes on serving, and takes the next change", async () => {
    const line = await lineOf("stack.ts", 'path: "items"');
    const before = running.said().length;

    await save("stack.ts", 'path: "items"', 'path: = "items"', NEXT_TIME);
    await running.hears(new RegExp(`stack\\.ts:${line}\\b`), before);
    const meanwhile = await answer();
    const between = running.said().length;
    await save("stack.ts", 'path: "items"', "path: (undefined as any).name", NEXT_TIME);
    await running.hears(new RegExp(`reading 'name'\\)\\n +at stack\\.ts:${line}\\b`), between);
    await save("stack.ts", "methods: [", 'methods: ["PATCH", ', /Deployed[^\n]*routes updated/);

    assert.equal(meanwhile, SENTENCE);
    assert.match(await allowed(), /PATCH/);
  });

  it("gives up a deploy that does not end when the next change has waited for it", async () => {
    const endless = "console.log('has begun'); while (true);\nexport function stack";
    await save("stack.ts", "export function stack", endless, /has begun/);

    await save("stack.ts", "methods: [", 'methods: ["PATCH", ', /Deployed[^\n]*routes updated/);

    assert.match(running.said(), /A newer change has ended this deploy/);
    assert.match(await allowed(), /PATCH/);
  });

  it("shows in the view a deploy by changed sources of its own, while it goes on and when it has ended", async () => {
    const view = await running.hears(/change the weather:\s+(\S+)/);
    const { body } = await fetch(`${view}events`, { signal: AbortSignal.timeout(30_000) });
    const events = Readable.fromWeb(body as ReadableStream);
    const saving = save("stack.ts", "methods: [", 'methods: ["PATCH", ');

    const deploys: Shown[] = [];
    for await (const line of createInterface(events)) {
      const { traces }: Update = line ? JSON.parse(line.replace("data: ", "")) : { traces: [] };
      deploys.push(...traces.filter(({ kind }) => kind === "deploy"));
      if (deploys.at(-1)?.isRunning === false && deploys.some(({ isRunning }) => isRunning)) break;
    }
    events.destroy();
    await saving;

    const last = deploys.at(-1)!;
    const before = deploys.filter(({ id, isRunning }) => id === last.id && isRunning);
    assert.ok(before.length > 1);
    assert.ok(before[0]!.spans.length < last.spans.length);
  });

  it("says that the AWS that runs here needs a restart", async () => {
    await save("local-aws/src/aws.ts", "", " ", /local-aws\/src\/aws\.ts has changed\..*start again/);
    await save("styles.css", "", " ");
  });
});
