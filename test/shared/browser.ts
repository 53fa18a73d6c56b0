/** The machine's own Chromium, for tests that need a real browser. */
import { accessSync, constants } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [
  process.env.CHROME_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** No QUIC, no updates, no phoning home: tests talk to this machine only. */
const ARGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const executablePath = PLACES.find(isExecutable);

/** Why browser tests are skipped, or false where they can run: `{ skip: withoutBrowser }`. */
export const withoutBrowser: string | false =
  executablePath === undefined && "No Chromium or Chrome found: set CHROME_PATH to one.";

/** Starts the browser without a window, with further switches of its command line. Close it when done. */
export function launchBrowser(switches: string[] = []): Promise<Browser> {
  // Chromium refuses to run as root inside its sandbox, as in most containers.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args: [...ARGS, ...sandbox, ...switches] });
}

function isExecutable(path: string | undefined): boolean {
  try {
    accessSync(path ?? "", constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
