/** The files and lines that lead another terminal's commands to the AWS of `npm start`, by the kind of its shell. */
import { writeFile } from "node:fs/promises";
import { devNull } from "node:os";
import { join } from "node:path";

/** As POSIX shells and fish read them, and as PowerShell does. */
const linesFor = {
  env: (name: string, value: string) => `export ${name}=${value}\n`,
  "env.ps1": (name: string, value: string) => `$env:${name} = '${value}'\n`,
};

/** Writes what leads here into files that a shell can read, for this user only. Returns the lines of the first. */
export async function keepExports(environment: Record<string, string>, directory: string): Promise<string> {
  const { AWS_EC2_METADATA_DISABLED: _, ...settings } = environment;
  const [lines = ""] = await Promise.all(
    Object.entries(linesFor).map(async ([file, line]) => {
      const text = Object.entries(settings)
        .map(([name, value]) => line(name, value))
        .join("");
      await writeFile(join(directory, file), text, { mode: 0o600 });
      return text;
    }),
  );
  return lines;
}

/**
 * What to type to read the files. Windows does not run a script unless told to, and so its lines are typed:
 * https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_execution_policies
 */
export const waysIn = (directory: string): string => `
To look inside with the aws command, in another terminal, one of
  npm run shell
  source ${quoted(join(directory, "env"))}
  gc -Raw -LiteralPath ${inPowerShell(join(directory, "env.ps1"))} | iex    # PowerShell`;

/** A path as a POSIX shell or fish takes it. */
const quoted = (path: string) =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

/**
 * PowerShell doubles a quote inside of quotes, and takes curly ones for straight ones.
 * https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 */
const inPowerShell = (path: string) => `'${path.replaceAll(/['‘’‚‛]/g, "$&$&")}'`;

/** Nothing of the reader's own AWS configuration may lead a call elsewhere: profiles, endpoints, sessions. */
export function useOnly(environment: Record<string, string>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  const noFiles = { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
  const noWarning = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
  Object.assign(process.env, environment, noFiles, noWarning);
}
