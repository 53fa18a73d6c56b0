import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Aws, startAws } from "local-aws";
import { buildPage } from "../../bundle/page.ts";
import { awsCommand } from "../../command/explain.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MANY = 10 * 1024 * 1024;
const isMissing = spawnSync("aws", ["--version"]).error !== undefined;
const skip = isMissing && "there is no aws command here";

/** Runs deploy.ts in a folder, against a local AWS. */
async function deploy(cwd: string, aws: Aws, ...options: string[]) {
  const words = ["--import", import.meta.resolve("tsx"), join(ROOT, "deploy.ts"), "--json", ...options];
  const { stdout, stderr } = await run(process.execPath, words, { cwd, env: of(aws), maxBuffer: MANY });
  return { ...JSON.parse(stdout), commands: commandsIn(stderr) };
}

const of = ({ environment }: Aws) => ({ ...process.env, ...environment });

/** The commands that --explain has printed, each on one line. */
const commandsIn = (text: string): string[] =>
  text
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter(line => line.startsWith("aws "));

const isRead = (command: string) => /^aws \S+ (get|list|describe|scan)-/.test(command);

/** Runs a command in a shell; returns its answer. */
async function follow(command: string, cwd: string, aws: Aws): Promise<Record<string, string>> {
  const { stdout } = await run("sh", ["-c", `answer=$(${command}) && printf %s "$answer"`], {
    cwd,
    env: of(aws),
  });
  return stdout.trimStart().startsWith("{") ? JSON.parse(stdout) : {};
}

/** Which answers give ids that AWS makes up, and the options that later commands name them by. */
const IDS: [operation: string, member: string, option: string][] = [
  ["create-rest-api", "id", "--rest-api-id"],
  ["create-rest-api", "rootResourceId", "--parent-id"],
  ["create-resource", "id", "--resource-id"],
  ["create-deployment", "id", "--deployment-id"],
];

/** Follows commands by hand: in order, with the ids that AWS has given this time. */
async function followAll(commands: string[], cwd: string, aws: Aws): Promise<void> {
  const ids = new Map<string, string>();
  const optionIn = (option: string) => new RegExp(`${option} (\\S+)`).exec(commands.join("\n"))![1]!;
  for (const command of commands) {
    if (command.includes("put-object ")) {
      const api = `${aws.endpoint}/_aws/execute-api/${ids.get(optionIn("--rest-api-id"))}/prod/items`;
      await writeFile(join(cwd, ".local/explain/index.html"), await buildPage(api));
    }
    let renewed = command;
    for (const [old, id] of ids) renewed = renewed.replaceAll(old, id);
    const answer = await follow(renewed, cwd, aws);
    for (const [operation, member, option] of IDS)
      if (command.includes(` ${operation} `)) ids.set(optionIn(option), answer[member]!);
  }
}

describe("--explain", { skip }, () => {
  let folder: string;
  let aws: Aws;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "explain-"));
    aws = await startAws();
  });
  after(async () => {
    await aws.close();
    await rm(folder, { recursive: true });
  });

  test("prints commands without credentials that build the same stack when they are run", async () => {
    const { commands } = await deploy(folder, aws, "--explain");
    const { accessKeyId, secretAccessKey } = aws;
    const port = Number(new URL(aws.endpoint).port);
    await aws.close();
    aws = await startAws({ port });

    await followAll(
      commands.filter((command: string) => !isRead(command)),
      folder,
      aws,
    );

    const text = commands.join("\n");
    assert.ok(!text.includes(accessKeyId) && !text.includes(secretAccessKey));
    const { resources } = await deploy(folder, aws);
    for (const { type, outcome, changes } of resources)
      assert.deepEqual([type, outcome, changes], [type, "unchanged", []]);
  });

  test("prints the reads of an unchanged stack, and each is a command that works", async () => {
    const { commands } = await deploy(folder, aws, "--explain");

    assert.ok(commands.length > 10);
    for (const command of commands) {
      assert.ok(isRead(command), command);
      await follow(command, folder, aws);
    }
  });
});

describe("the aws command for a call", () => {
  test("spells names, numbers, switches, lists and structures as the command takes them", () => {
    const input = { restApiId: "a1", limit: 5, apiKeyRequired: false, embed: ["methods"], tags: { a: "b" } };

    const command = awsCommand("APIGateway", "GetResources", "eu-west-1", input);

    assert.equal(
      command.replaceAll(" \\\n ", ""),
      `aws apigateway get-resources --rest-api-id a1 --limit 5 --no-api-key-required --embed methods --tags '{"a":"b"}' --region eu-west-1`,
    );
  });

  test("quotes what a shell would read otherwise", () => {
    const command = awsCommand("IAM", "CreateRole", "eu-west-1", { Description: "it's $HOME *" });

    assert.equal(command, `aws iam create-role --description 'it'\\''s $HOME *' --region eu-west-1`);
  });
});
