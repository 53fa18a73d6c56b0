/** `npm run shell`: a shell whose commands go to the AWS of `npm start`, and to no other. */
import { spawnSync } from "node:child_process";
import { localSettings } from "../command/which-cloud.ts";

const settings = localSettings();
if (!settings) {
  console.error("There is no .local/env yet: run npm start first, in another terminal.");
  process.exit(1);
}
console.error(
  `Here all goes to ${settings.AWS_ENDPOINT_URL}, the AWS of npm start. To leave this shell: exit`,
);

/** A profile or a session of the reader's own would come before the keys. */
const others = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
const env = { ...Object.fromEntries(others), ...settings };
const { SHELL, ComSpec = "sh" } = process.env;
const { status } = spawnSync(SHELL ?? ComSpec, process.argv.slice(2), { stdio: "inherit", env });
process.exit(status ?? 1);
