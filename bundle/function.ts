/** The function's code as Lambda takes it: handler.ts and what it needs of the SDK, in one small file. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type BuildOptions, type BuildResult, build } from "esbuild";
import { zipSync } from "fflate";

/**
 * Parts of the SDK that our one client never runs, and what stands in for each. esbuild refuses the build when
 * the SDK asks a stand-in for a name that it has not.
 */
const STAND_INS = {
  // The handler passes the credentials that Lambda puts into the environment; nothing has to find them.
  "@aws-sdk/credential-provider-node": "export const defaultProvider = () => {};",
  // GetItem and PutItem go to one fixed endpoint.
  "@aws-sdk/middleware-endpoint-discovery": `
    export const resolveEndpointDiscoveryConfig = config => config;
    export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {};`,
  // Lambda's runtime brings the store of the current invocation along, for trace ids; nobody else has one.
  "@aws/lambda-invoke-store":
    "export const InvokeStore = { getInstanceAsync: async () => globalThis.awslambda?.InvokeStore };",
  // Requests are signed with the SHA-256 of Node; the SDK brings another along for where there is none.
  "@smithy/core/checksum": `
    import { createHash, createHmac } from "node:crypto";
    export class Sha256 {
      constructor(key) { this.hash = key ? createHmac("sha256", key) : createHash("sha256"); }
      update(data) { this.hash.update(data); }
      async digest() { return new Uint8Array(this.hash.digest()); }
    }`,
  // No answer of DynamoDB's is a stream of events; this part is loaded only when one is.
  "@smithy/core/event-streams": "",
};

/**
 * A CommonJS bundle inside an ES module starts fastest: Node scans a CommonJS file for its exports before it
 * runs it, and an `import` of a built-in module evaluates all of that module.
 */
export const BUNDLE = {
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  entryPoints: ["handler.ts"],
  outfile: "index.mjs",
  bundle: true,
  write: false,
  minify: true,
  platform: "node",
  target: "node20", // Lambda has 24, the reader's machine perhaps 20
  format: "cjs",
  banner: { js: "const module={},require=process.getBuiltinModule;" },
  footer: { js: "export const handler=module.exports.handler;" },
  // The SDK's ES modules: unlike its CommonJS build, they let esbuild leave out what is not used.
  mainFields: ["module", "main"],
  conditions: ["module"],
  alias: Object.fromEntries(
    Object.entries(STAND_INS).map(([name, source]) => [name, `data:text/javascript,${source}`]),
  ),
} satisfies BuildOptions;

/** Any fixed date does: a zip holds local times from 1980 on, and equal code must give equal bytes. */
const MTIME = new Date(1980, 0, 1);
const UNIX = 3;
const READABLE = 0o644 << 16;

/** What Lambda gets, and its hash as Lambda's CodeSha256. */
export interface Packed {
  zip: Uint8Array;
  sha256: string;
}

/** Builds the zip that is uploaded, the same bytes on every machine. */
export const buildFunction = async (): Promise<Packed> => pack(await build(BUNDLE));

/** As esbuild writes an export. */
const HANDLER = /[{,]handler:\(\)=>/;

/** Puts what was built by BUNDLE into its zip. A file that is being saved may be empty: that is no function. */
export function pack({ outputFiles }: BuildResult<typeof BUNDLE>): Packed {
  const { contents: code, text } = outputFiles[0]!;
  if (!HANDLER.test(text))
    throw new Error('Cannot build the function because handler.ts exports nothing of the name "handler".');
  const zip = zipSync({ "index.mjs": [code, { mtime: MTIME, os: UNIX, attrs: READABLE, level: 9 }] });
  return { zip, sha256: createHash("sha256").update(zip).digest("base64") };
}

/** Where each place of the function's one minified file comes from: a source map, without the sources themselves. */
export async function buildFunctionMap(): Promise<string> {
  const { outputFiles } = await build({ ...BUNDLE, sourcemap: "external", sourcesContent: false });
  return outputFiles.find(({ path }) => path.endsWith(".map"))!.text;
}
