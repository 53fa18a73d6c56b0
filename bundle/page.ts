/** The page: markup, style and script in one file that may talk to the API and to nobody else. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The one file of the site, for an API at this URL. Equal sources and URL give equal bytes. */
export async function buildPage(apiUrl: string): Promise<string> {
  const [html, { script, style }] = await Promise.all([
    readFile(join(ROOT, "index.html"), "utf8"),
    bundle(apiUrl),
  ]);
  return fill(html, [
    ['<meta charset="utf-8" />', `<meta charset="utf-8" />\n  ${policyTag(apiUrl, script, style)}`],
    ['<link rel="stylesheet" href="styles.css" />', `<style>${style}</style>`],
    ['<script type="module" src="form.ts"></script>', `<script type="module">${script}</script>`],
  ]);
}

/** Whitespace and names stay, so that View Source shows what a person wrote. */
async function bundle(apiUrl: string): Promise<{ script: string; style: string }> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["form.ts", "styles.css"],
    outdir: ".",
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    define: { API_URL: JSON.stringify(apiUrl) },
    logLevel: "silent",
  });
  const text = (extension: string) =>
    embeddable(outputFiles.find(({ path }) => path.endsWith(extension))!.text);
  return { script: text(".js"), style: text(".css") };
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
    `connect-src ${new URL(apiUrl).origin}`,
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
