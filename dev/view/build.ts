/** The view's page: markup, style and script in one file, which talks to nobody but its own server. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { CLIMATES } from "./climates.ts";

const FOLDER = fileURLToPath(new URL("./page", import.meta.url));

export interface BuiltPage {
  html: string;
  /** The Content-Security-Policy header. */
  policy: string;
}

/** @param siteUrl the form, which the page may show in a frame */
export async function buildView(siteUrl: string): Promise<BuiltPage> {
  const [markup, { script, style }] = await Promise.all([
    readFile(`${FOLDER}/view.html`, "utf8"),
    bundle(siteUrl),
  ]);
  const html = markup
    .replace('<link rel="stylesheet" href="view.css" />', () => `<style>${style}</style>`)
    .replace(
      '<script type="module" src="view.ts"></script>',
      () => `<script type="module">${script}</script>`,
    );
  return { html, policy: policyFor(siteUrl, script, style) };
}

async function bundle(siteUrl: string): Promise<{ script: string; style: string }> {
  const { outputFiles } = await build({
    absWorkingDir: FOLDER,
    entryPoints: ["view.ts", "view.css"],
    outdir: ".",
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    define: { SITE_URL: JSON.stringify(siteUrl), WEATHERS: JSON.stringify(Object.keys(CLIMATES)) },
    logLevel: "silent",
  });
  const text = (name: string) => outputFiles.find(({ path }) => basename(path) === name)!.text;
  return { script: text("view.js"), style: text("view.css") };
}

const policyFor = (siteUrl: string, script: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src '${sha256(script)}'`,
    `style-src '${sha256(style)}'`,
    "connect-src 'self'",
    `frame-src ${new URL(siteUrl).origin}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

const sha256 = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
