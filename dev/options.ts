/** The options of `npm start`. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { assertName } from "../command/start.ts";
import { DEFAULT_NAME } from "../stack.ts";

export interface StartOptions {
  port: number;
  name: string;
  region: string;
  /** An absolute path. */
  directory: string;
  fresh: boolean;
  logs: boolean;
  /** Take about as long as AWS does. */
  slow: boolean;
}

const USAGE = `Usage: npm start -- [options]

Runs the whole stack on this machine: a small AWS, and the deploy to it.

  --port N        listens on this port of 127.0.0.1 (4566; 0 takes a free one)
  --fresh         forgets what earlier starts have kept
  --name N        the stack's name (${DEFAULT_NAME})
  --region R      the region to deploy to (us-east-1)
  --directory D   where everything is kept (.local)
  --logs          shows all that the function writes, not only what is amiss
  --slow          takes its time: a deploy can be watched and interrupted
  --help          shows this`;

const OPTIONS = {
  port: { type: "string", default: "4566" },
  fresh: { type: "boolean", default: false },
  name: { type: "string", default: DEFAULT_NAME },
  region: { type: "string", default: "us-east-1" },
  directory: { type: "string" },
  logs: { type: "boolean", default: false },
  slow: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Reads the command line; ends the process for --help (0) and wrong usage (2). */
export function readOptions(args: string[], root: string): StartOptions {
  try {
    const { values } = parseArgs({ args, options: OPTIONS });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const { name, region, fresh, logs, slow } = values;
    const directory = values.directory === undefined ? join(root, ".local") : resolve(values.directory);
    return { port: portOf(values.port), ...checked(name, region), directory, fresh, logs, slow };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new Error(`--port takes a number from 0 to 65535, not "${text}".`);
}

function checked(name: string, region: string): { name: string; region: string } {
  assertName(name);
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw new Error(`--region takes a region's name, not "${region}".`);
  return { name, region };
}
