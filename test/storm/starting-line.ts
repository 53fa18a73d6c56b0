/**
 * Preloaded into a script by `node --import`: loads what takes long, then holds the script back until the parent
 * process sends a message. The script itself, from its first line, runs after that.
 */
import { once } from "node:events";
import "../../converge/aws.ts";
import "../../bundle/function.ts";

await once(process, "message");
process.disconnect();
