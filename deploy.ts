/** Creates the stack on AWS, or changes what differs from stack.ts: `npx tsx deploy.ts --help`. How, says ensure.ts. */
import "./command/node.mjs";

const { start } = await import("./command/start.ts");
await start("deploy", () => import("./ensure.ts"));
