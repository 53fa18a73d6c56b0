/** Removes from AWS what deploy.ts created: `npx tsx teardown.ts --help`. How, says remove.ts. */
import "./command/node.mjs";

const { start } = await import("./command/start.ts");
await start("teardown", () => import("./remove.ts"));
