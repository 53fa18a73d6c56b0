/** What exists in the local AWS, kept in one file between two starts. The items have their own database. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Items, openItems } from "./dynamodb/items.ts";
import { isLogWhole } from "./dynamodb/log-file.ts";
import { World } from "./world.ts";

const VERSION = 1;
const FILE = "aws.json";
const ITEMS = "dynamodb";
const DELAY_MS = 200;

interface Saved {
  version: number;
  account: string;
  data: Record<string, unknown>;
}

/** The world and the items kept in a directory, or new ones that last as long as the process. */
export async function openWorld(
  directory: string | undefined,
  account: string | undefined,
): Promise<{ world: World; items: Items }> {
  if (directory === undefined) return { world: new World(account), items: await openItems() };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const items = await openKeptItems(directory);
  try {
    const saved = await load(join(directory, FILE), account);
    const world = new World(saved?.account ?? account, saved?.data);
    keep(world, join(directory, FILE));
    return { world, items };
  } catch (error) {
    await items.close();
    throw error;
  }
}

/** Removes what a directory keeps, and nothing else in it. Refuses while a start is running with it. */
export async function forgetWorld(directory: string): Promise<void> {
  const path = join(directory, ITEMS);
  if (existsSync(path)) {
    const items = await openItems(path).catch(error => {
      if (isLocked(error)) throw alreadyRunning(directory, error);
    });
    await items?.close();
  }
  for (const entry of [ITEMS, FILE, `${FILE}.new`])
    await rm(join(directory, entry), { recursive: true, force: true });
}

/** LevelDB's lock is also what keeps two starts from sharing one directory. */
async function openKeptItems(directory: string): Promise<Items> {
  const path = join(directory, ITEMS);
  // LevelDB's own files are readable by all: their directory must not be, whoever made the one around it.
  await mkdir(path, { recursive: true, mode: 0o700 });
  try {
    await refuseBrokenLog(path);
    return await openItems(path);
  } catch (error) {
    if (isLocked(error)) throw alreadyRunning(directory, error);
    const { cause = error } = error as { cause?: unknown };
    throw new Error(
      `Cannot open the tables' items in ${path} because ${(cause as Error).message}. ${FORGET}`,
      {
        cause: error,
      },
    );
  }
}

async function refuseBrokenLog(path: string): Promise<void> {
  for (const file of await readdir(path))
    if (file.endsWith(".log") && !isLogWhole(await readFile(join(path, file))))
      throw new Error(`${file} is broken, and the items in it would be lost`);
}

const isLocked = (error: unknown) =>
  ((error as Error).cause as { code?: string } | undefined)?.code === "LEVEL_LOCKED";

const alreadyRunning = (directory: string, cause: unknown) =>
  new Error(
    `Cannot use ${directory} because another npm start is already running with it. End it first, or give this one its own: --directory D.`,
    { cause },
  );

const FORGET = "Mend it, or forget everything and begin anew: npm start -- --fresh";

async function load(path: string, account: string | undefined): Promise<Saved | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const saved = parse(path, text);
  if (account !== undefined && account !== saved.account)
    throw new Error(`Cannot use ${path} because it is of the account ${saved.account}, not ${account}.`);
  return saved;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`Cannot read ${path} because ${(error as Error).message}. ${FORGET}`, { cause: error });
  }
}

function parse(path: string, text: string): Saved {
  let saved: Partial<Saved> | null;
  try {
    saved = JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot read ${path} because it is not JSON: ${(error as Error).message}. ${FORGET}`);
  }
  if (saved?.version !== VERSION)
    throw new Error(
      `Cannot read ${path} because its version is ${saved?.version}, not ${VERSION}. ${FORGET}`,
    );
  if (typeof saved.account !== "string" || typeof saved.data !== "object" || saved.data === null)
    throw new Error(`Cannot read ${path} because its account or its data is missing. ${FORGET}`);
  return saved as Saved;
}

/** Saves the world when asked to, shortly after each change, and when it closes. */
function keep(world: World, path: string): void {
  let timer: NodeJS.Timeout | undefined;
  let kept = "";
  let writing = Promise.resolve();
  let next: Promise<void> | undefined;

  const write = async () => {
    clearTimeout(timer);
    timer = undefined;
    next = undefined;
    const text = JSON.stringify({ version: VERSION, account: world.account, data: world });
    if (text === kept) return;
    await replace(path, text);
    kept = text;
  };
  /** One at a time: all who ask while the file is written share the next. */
  const save = () => {
    next ??= writing.catch(() => {}).then(write);
    writing = next;
    return next;
  };
  const saveOrSay = () => {
    save().catch(error => console.error(`Cannot save ${path} because ${error.message}.`));
  };
  world.persist = save;
  world.on("change", () => {
    timer ??= setTimeout(saveOrSay, DELAY_MS);
  });
  world.onClose(save);
}

/** Whole or not at all: a process killed while it writes leaves the file as it was. It holds keys: only its owner may read it. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
