/**
 * The way in: the sources, as they stand. Where the package is installed Node strips no types, so that tsx does it.
 * https://nodejs.org/api/typescript.html#type-stripping-in-dependencies
 */
const isInstalled = import.meta.url.includes("/node_modules/");

async function installed() {
  const { tsImport } = await import("tsx/esm/api");
  return tsImport("./src/index.ts", import.meta.url);
}

export const {
  AwsError,
  CLEAR,
  createAws,
  evaluate,
  forgetWorld,
  inProcessHandler,
  isRead,
  signed,
  startAws,
  Weather,
} = await (isInstalled ? installed() : import("./src/index.ts"));
