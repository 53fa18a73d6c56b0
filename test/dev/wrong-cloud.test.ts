/** Who forgets to lead a terminal to the AWS of `npm start` does not end up in a real account. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { after, before, test } from "node:test";
import { waysIn } from "../../dev/exports.ts";
import { DEFAULT_NAME } from "../../stack.ts";
import { freePort } from "../shared/free-port.ts";
import { copyProject } from "../shared/project-copy.ts";
import { TYPESCRIPT } from "../shared/run-script.ts";

const SPY = new URL("../shared/told-sockets.mjs", import.meta.url).href;

/** Those of the shells that read one line alike which are here. */
const SHELLS = ["bash", "fish", "zsh"].filter(shell => !spawnSync(shell, ["--version"]).error);

/** Credentials that would be somebody's; no endpoint. */
const OF_A_REAL_CLOUD = {
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

let project: string;
let port: number;
let started: ChildProcess | undefined;
/** What npm start has said. */
let guide = "";

before(async () => {
  project = await copyProject("wrong cloud's ");
  port = await freePort();
  await start();
});
after(async () => {
  await end();
  await rm(project, { recursive: true });
});

const environment = (more: Record<string, string>) => {
  const { PATH, HOME = "/" } = process.env;
  const noFiles = { AWS_CONFIG_FILE: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere" };
  return { PATH, HOME, ...noFiles, AWS_EC2_METADATA_DISABLED: "true", ...more };
};

async function start(): Promise<void> {
  const args = [...TYPESCRIPT, "dev/start.ts", "--port", `${port}`];
  const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
  const child = spawn(process.execPath, args, { cwd: project, env: environment({}), stdio });
  started = child;
  for await (const text of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    guide += text;
    if (guide.includes("Ctrl-C ends")) break;
  }
  child.stdout.resume();
}

async function end(): Promise<void> {
  if (!started) return;
  const ended = new Promise(resolve => started!.once("exit", resolve));
  started.kill("SIGINT");
  await ended;
  started = undefined;
}

/** Runs a script of the project, and says what it told and where it went. */
function run(script: string, args: string[], more: Record<string, string>) {
  const options = [...TYPESCRIPT, "--import", SPY, script, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, options, {
    cwd: project,
    env: environment(more),
    encoding: "utf8",
  });
  const sockets = [...stderr.matchAll(/^socket: (.*)$/gm)].map(([, where]) => where);
  return { status, stdout, stderr, sockets };
}

for (const args of [
  ["teardown.ts", "--yes"],
  ["deploy.ts", "--json"],
])
  test(`${args.join(" ")} with somebody's credentials sends nothing anywhere`, () => {
    const { status, stdout, stderr, sockets } = run(args[0]!, args.slice(1), OF_A_REAL_CLOUD);

    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /^Nothing was sent: no endpoint is set, .* to AWS itself/m);
    assert.match(stderr, /npm run shell \(or: source \.local\/env\)[\s\S]*--on-aws/);
    assert.deepEqual(sockets, [`127.0.0.1:${port}`]); // it looks whether somebody listens, and says nothing
  });

test("without credentials, and without a region, the way to it comes first", () => {
  const { AWS_REGION } = OF_A_REAL_CLOUD;

  const nowhere = run("deploy.ts", [], {});
  const nobody = run("deploy.ts", ["--on-aws"], { AWS_REGION });

  for (const { status, stderr } of [nowhere, nobody]) {
    assert.equal(status, 1);
    assert.match(
      stderr,
      /\n(there are no|Cannot).*\nTo use the AWS of npm start: npm run shell .*\n.*(aws login|--region)/,
    );
  }
});

test("npm run shell leads there, whatever else is set", () => {
  const line = "node --import tsx deploy.ts --dry-run";

  const { status, stdout, stderr } = run("dev/shell.ts", ["-c", line], {
    ...OF_A_REAL_CLOUD,
    AWS_PROFILE: "somebody",
    SHELL: "/bin/sh",
  });

  assert.equal(status, 0, stderr);
  assert.match(stderr, new RegExp(`at http://127\\.0\\.0\\.1:${port}`));
  assert.match(stdout, new RegExp(`unchanged +table ${DEFAULT_NAME}`));
});

test("the line that npm start prints leads there, from any folder and in spite of the space in its path", () => {
  const [, line = ""] = /^ +(source .*)$/m.exec(guide) ?? [];

  const said = SHELLS.map(
    shell =>
      spawnSync(shell, ["-c", `${line} && echo "$AWS_ENDPOINT_URL"`], {
        cwd: "/",
        env: environment({}),
        encoding: "utf8",
      }).stdout,
  );

  assert.match(line, /wrong cloud/);
  assert.deepEqual(new Set(said), new Set([`http://127.0.0.1:${port}\n`]));
});

test("what PowerShell is told to read has its quotes doubled, the curly ones, too", () => {
  const line = waysIn("/Tom’s place/it's").split("\n").at(-1);

  assert.match(line!, /-LiteralPath '\/Tom’’s place\/it''s[\\/]env\.ps1' \| iex /);
});

test("once npm start has ended, and with --on-aws, nobody is held up", async () => {
  const unreachable = { ...OF_A_REAL_CLOUD, AWS_ENDPOINT_URL_STS: "http://127.0.0.1:1" };

  const meant = run("deploy.ts", ["--on-aws"], unreachable);
  await end();
  const alone = run("deploy.ts", [], unreachable);

  for (const { stderr } of [meant, alone]) assert.match(stderr, /AWS cannot be reached .*127\.0\.0\.1:1/);
});
