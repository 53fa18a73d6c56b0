/** Starts deploy.ts and teardown.ts as a person would: in processes, each with an environment of its own. */
import { spawn } from "node:child_process";
import { ENVIRONMENT } from "./caller.ts";

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** How Node runs what is written in TypeScript, in the project or in a copy of it. */
export const TYPESCRIPT = ["--import", "./command/typescript.mjs"];

/** Starts a script; nothing of this machine's AWS configuration reaches it. */
export function startScript(script: string, args: string[], environment: Record<string, string>) {
  const { PATH, HOME = "/" } = process.env;
  const env = {
    PATH,
    HOME,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nowhere",
    AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
    ...ENVIRONMENT,
    ...environment,
  };
  const cwd = new URL("../..", import.meta.url);
  const child = spawn(process.execPath, [...TYPESCRIPT, script, ...args], {
    cwd,
    env,
  });
  const ended = new Promise<Ended>(resolve => {
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", text => {
        said[stream] += text;
      });
    child.on("close", code => resolve({ code: code ?? -1, ...said }));
  });
  return { child, ended };
}

/** Runs a script to its end. */
export const runScript = (script: string, args: string[], environment: Record<string, string>) =>
  startScript(script, args, environment).ended;
