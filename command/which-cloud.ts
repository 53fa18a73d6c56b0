/** Which cloud is meant: AWS itself, or the AWS of `npm start`, whose settings are in .local/env. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { Refusal } from "../converge/errors.ts";

const SETTINGS = fileURLToPath(new URL("../.local/env", import.meta.url));

/** What leads a terminal to the AWS of `npm start`. */
const WAY_IN = "npm run shell (or: source .local/env)";

/** Longer than a connection to this machine takes. */
const PATIENCE_MS = 500;

/** The environment variables that lead to the AWS that was started last in this folder; undefined without one. */
export function localSettings(file = SETTINGS): Record<string, string> | undefined {
  try {
    const lines = readFileSync(file, "utf8").matchAll(/^export (\w+)=(.*)$/gm);
    return Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
  } catch {
    return undefined;
  }
}

/** The remedy that comes first where somebody has no credentials for AWS, but has started an AWS here. */
export const firstRemedy = (): string =>
  localSettings() ? `To use the AWS of npm start: ${WAY_IN}. To use AWS itself:\n` : "";

/**
 * Lets nobody go to AWS itself by mistake, while the AWS of `npm start` runs in this folder. Nothing is sent.
 * @param confirm asks, where somebody can answer
 * @throws Refusal unless the answer is yes
 */
export async function assertMeant(confirm: (question: string) => Promise<boolean>): Promise<void> {
  const { AWS_ENDPOINT_URL: here = "" } = localSettings() ?? {};
  if (process.env.AWS_ENDPOINT_URL || !here || !(await isListening(here))) return;
  const situation = `this goes to AWS itself, while the AWS of npm start runs here (${here})`;
  if (await confirm(`No endpoint is set: ${situation}. Go to AWS itself?`)) return;
  throw new Refusal(
    `Nothing was sent: no endpoint is set, so that ${situation}.`,
    `To use the one that runs here: ${WAY_IN}, and run the same command again.\nTo go to AWS itself, add --on-aws.`,
  );
}

function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), timeout: PATIENCE_MS });
  return new Promise<boolean>(resolve => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false)).once("timeout", () => resolve(false));
  }).finally(() => socket.destroy());
}
