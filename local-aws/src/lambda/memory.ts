/**
 * Keeps functions from using up this machine's memory. The limit of a worker's heap cannot do that: it counts no
 * buffers, and one large allocation beyond it ends the whole process. What can be seen from outside is what the
 * process takes, so all functions that run when it is too much are ended: whose it is, nobody knows.
 */

const MEGABYTE = 1024 * 1024;
const LOOK_MS = 50;
/** What the local AWS itself may need in the meantime. */
const SLACK_MEGABYTES = 512;

interface Running {
  megabytes: number;
  end: () => Promise<void>;
}

const running = new Set<Running>();
let before = 0;
let isEnding = false;
let timer: NodeJS.Timeout | undefined;

/** Calls `end` when memory runs out, until the function that is returned is called. */
export function watchMemory(megabytes: number, end: () => Promise<void>): () => void {
  const watched = { megabytes, end };
  if (!timer) {
    before = process.memoryUsage.rss();
    timer = setInterval(look, LOOK_MS).unref();
  }
  running.add(watched);
  return () => void running.delete(watched);
}

async function look(): Promise<void> {
  if (isEnding) return;
  const now = process.memoryUsage.rss();
  if (running.size === 0) before = now;
  let megabytes = SLACK_MEGABYTES;
  for (const each of running) megabytes += each.megabytes;
  if (now - before <= megabytes * MEGABYTE) return;
  isEnding = true;
  await Promise.all(Array.from(running, each => each.end()));
  before = process.memoryUsage.rss(); // the system takes its time to get back what they had
  isEnding = false;
}
