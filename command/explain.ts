/** Each call to AWS as the `aws` command that does the same, for whoever wants to follow by hand. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Aws, around } from "../converge/aws.ts";

/** Where the commands find what is too large for a line: the function's zip and the page. */
const FOLDER = join(".local", "explain");

/** The commands' names for services, where they are not the clients'. */
const SERVICES: Record<string, string> = { CloudWatchLogs: "logs", S3: "s3api" };

/**
 * Tells every call of the clients, as it is sent, to `say`. Credentials are no part of it.
 * https://docs.aws.amazon.com/cli/latest/reference/
 */
export function explainCalls(aws: Aws, say: (command: string) => void): void {
  around(aws, (service, operation, send) => args => {
    say(awsCommand(service, operation, aws.region, args.input));
    return send(args);
  });
}

/** What a terminal shows in one, unless somebody has widened it. */
const A_LINE = 80;

/** The `aws` command for a call: one line, or an option a line where one would be long. */
export function awsCommand(service: string, operation: string, region: string, input: object): string {
  const start = `aws ${SERVICES[service] ?? service.toLowerCase()} ${kebab(operation)}`;
  const given = Object.entries(flattened(operation, input)).filter(([, value]) => value !== undefined);
  const words = given.map(([name, value]) => option(name, value));
  const parts = [start, ...words, `--region ${region}`];
  if (operation === "GetObject") parts.push("/dev/stdout"); // where the body goes; the command insists on it
  const line = parts.join(" ");
  return line.length <= A_LINE ? line : parts.join(" \\\n  ");
}

/** The command takes a new function's zip by itself, not inside of --code. */
function flattened(operation: string, input: object): object {
  if (operation !== "CreateFunction") return input;
  const { Code, ...rest } = input as { Code?: object };
  return { ...rest, ...Code };
}

function option(name: string, value: unknown): string {
  const flag = kebab(name);
  if (typeof value === "boolean") return value ? `--${flag}` : `--no-${flag}`;
  return `--${flag} ${argument(name, value)}`;
}

function argument(name: string, value: unknown): string {
  if (name === "ZipFile") return `fileb://${file("function.zip", value as Uint8Array)}`;
  if (name === "Body") return file("index.html", value as string);
  // Its values may be secrets, which belong on no screen and in no log.
  if (name === "Environment") return `file://${file("environment.json", JSON.stringify(value))}`;
  if (typeof value !== "object") return quoted(String(value));
  const words = Array.isArray(value) && value.every(item => typeof item === "string") ? value : undefined;
  return words?.length ? words.map(quoted).join(" ") : quoted(JSON.stringify(value));
}

/** Keeps what a command is to send, so that it can be run as it stands. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(FOLDER, name);
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

/** "AssumeRolePolicyDocument" and "restApiId" as the command spells them. */
const kebab = (name: string) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();

/** A word that a POSIX shell takes as it is. */
const quoted = (text: string) =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
