/** A local AWS under AWS's own names, and the ways there: for scripts, for a browser, for a test's own requests. */
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { request as requestOverTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Aws, type AwsOptions, startAws } from "local-aws";
import type { Deployed } from "../../ensure.ts";
import { HEADERS } from "./caller.ts";
import { runScript } from "./run-script.ts";

export interface UnderItsNames extends Aws {
  /** Nothing of it names an endpoint: what leads here is no setting of the SDK. */
  environment: Record<string, string>;
  /** Switches of Chromium. */
  switches: string[];
  /** Deploys a stack, as somebody starts it, who means AWS. Throws what it complains of. */
  deploy(name: string): Promise<Deployed>;
  /** Asks for a URL. */
  ask(url: string, method?: string, headers?: Record<string, string>): Promise<Asked>;
}

interface Asked {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

const LED = new URL("led-to-local-aws.mjs", import.meta.url).href;

/** Starts it. */
export async function startUnderItsNames(
  region: string,
  weather?: AwsOptions["weather"],
): Promise<UnderItsNames> {
  const aws = await startAws({ region, front: true, weather });
  const { http, https, certificate } = aws.front!;
  const directory = await mkdtemp(join(tmpdir(), "dynamosync-names-"));
  const file = join(directory, "certificate.pem");
  await writeFile(file, certificate);
  const environment = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
    NODE_EXTRA_CA_CERTS: file,
    NODE_OPTIONS: `--import ${LED}`,
    LOCAL_AWS_PORT: `${https}`,
  };
  const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  const switches = [
    `--host-resolver-rules=MAP *.amazonaws.com:443 127.0.0.1:${https}, MAP *.amazonaws.com:80 127.0.0.1:${http}, MAP * ~NOTFOUND`,
    `--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`,
  ];
  const ask: UnderItsNames["ask"] = (url, method = "GET", headers = {}) => {
    const { protocol, host, pathname, search } = new URL(url);
    const target = { host: "127.0.0.1", method, path: pathname + search, agent: false };
    const options = { ...target, headers: { ...HEADERS, host, ...headers } };
    return answerTo(
      protocol === "https:"
        ? requestOverTls({ ...options, port: https, servername: host, ca: certificate })
        : request({ ...options, port: http }),
    );
  };
  const deploy: UnderItsNames["deploy"] = async name => {
    const { code, stdout, stderr } = await runScript(
      "deploy.ts",
      ["--name", name, "--json", "--on-aws"],
      environment,
    );
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const close = async () => {
    await aws.close();
    await rm(directory, { recursive: true });
  };
  return { ...aws, environment, switches, deploy, ask, close };
}

const answerTo = (sent: ReturnType<typeof request>) =>
  new Promise<Asked>((resolve, reject) => {
    sent.on("error", reject).on("response", async response => {
      const body = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    sent.end();
  });
