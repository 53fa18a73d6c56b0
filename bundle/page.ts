/** The page: markup, style and script in one file that may talk to the API and to nobody else. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { gzipSync, strToU8 } from "fflate";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MARKUP = join(ROOT, "index.html");

/** The one file of the site, for an API at this URL: packed, and the same bytes on every machine. */
export const buildPage = (apiUrl: string): Promise<string | Uint8Array> => beginPage()(apiUrl);

/** Begins to build the page; what is returned ends that, once it is known where the API is. */
export function beginPage(): typeof buildPage {
  const sources = Promise.all([readFile(MARKUP, "utf8"), bundle()]);
  sources.catch(() => {}); // whoever ends it is told
  return async apiUrl => gzipSync(strToU8(htmlOf(apiUrl, ...(await sources))), { level: 9, mtime: 0 });
}

/** The page as a browser unpacks it. */
export const buildHtml = async (apiUrl: string, markup = readFile(MARKUP, "utf8")): Promise<string> =>
  htmlOf(apiUrl, ...(await Promise.all([markup, bundle()])));

function htmlOf(apiUrl: string, html: string, { code, style, fields }: Parts): string {
  assertRows(html, fields);
  const script = embeddable(`const API_URL = ${JSON.stringify(apiUrl)};\n${code}`);
  return fill(unixLines(html), [
    ['<meta charset="utf-8" />', `<meta charset="utf-8" />\n  ${policyTag(apiUrl, script, style)}`],
    ['<link rel="stylesheet" href="styles.css" />', `<style>${style}</style>`],
    ['<script type="module" src="form.ts"></script>', `<script type="module">${script}</script>`],
  ]);
}

interface Parts {
  /** The script, but for the constant that says where the API is. */
  code: string;
  style: string;
  /** The fields of an item, as item.ts says now: an import would say what it said when this process began. */
  fields: string[];
}

/** Whitespace and names stay, so that View Source shows what a person wrote. */
async function bundle(): Promise<Parts> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["form.ts", "item.ts", "styles.css"],
    outdir: ".",
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    logLevel: "silent",
  });
  const text = (name: string) => unixLines(outputFiles.find(({ path }) => basename(path) === name)!.text);
  const { FIELD_NAMES } = await import(`data:text/javascript,${encodeURIComponent(text("item.js"))}`);
  return { code: text("form.js"), style: embeddable(text("styles.css")), fields: FIELD_NAMES };
}

/** As a checkout on Windows may have it: the same bytes are deployed, and those that a browser hashes. */
const unixLines = (text: string) => text.replaceAll("\r\n", "\n");

/** Half a change of the fields would be a page that fails: each field needs its row, each row its field. */
function assertRows(html: string, fields: string[]): void {
  const rows = Array.from(html.matchAll(/<textarea id="([^"]*)"/g), ([, id]) => id!);
  const unknown = rows.find(id => !fields.includes(id));
  if (unknown)
    throw new Error(
      `Cannot build the page because index.html has a row for "${unknown}" and item.ts no such field: add it to FIELDS in item.ts, or take the row out of index.html.`,
    );
  for (const field of fields)
    for (const part of [`for="${field}"`, ...["", "-hint", "-problem"].map(end => `id="${field}${end}"`)])
      if (!html.includes(part))
        throw new Error(
          `Cannot build the page because item.ts has the field "${field}" and index.html no ${part}: copy a row of index.html (<div class="row"> to </div>) and put "${field}" in the place of its field's name.`,
        );
}

/**
 * Refuses what would end the element it is put into, or change how the rest is read.
 * https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
 */
function embeddable(text: string): string {
  const found = /<!--|<\/?script|<\/style/i.exec(text);
  if (found)
    throw new Error(`Cannot put the page together because its script or style contains "${found[0]}".`);
  return `\n${text}`;
}

function policyTag(apiUrl: string, script: string, style: string): string {
  const policy = [
    "default-src 'none'",
    `script-src '${sha256(script)}'`,
    `style-src '${sha256(style)}'`,
    "img-src data:",
    `connect-src ${new URL(apiUrl).origin} 'self'`, // itself, to find out whether it has been deployed anew
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}" />`;
}

const sha256 = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** Puts a part in the place of each mark, which comes once, in this order. What is put in is not searched. */
function fill(html: string, parts: [mark: string, part: string][]): string {
  let filled = "";
  let rest = html;
  for (const [mark, part] of parts) {
    const [before, after, ...more] = rest.split(mark);
    if (after === undefined || more.length > 0)
      throw new Error(
        `Cannot put the page together because index.html must hold ${mark} once, in its place.`,
      );
    filled += before + part;
    rest = after;
  }
  return filled + rest;
}
