/** A stand-in for DynamoDB that answers over HTTPS, as the real one does, at once and always the same. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export interface Table {
  /** A function's environment that leads it here. */
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts the table. @param directory where its certificate goes: made now, valid for a day */
export async function startTable(directory: string): Promise<Table> {
  const { key, cert } = certify(directory);
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    request.resume().once("end", () => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    environment: {
      AWS_ENDPOINT_URL: `https://localhost:${(server.address() as AddressInfo).port}`,
      NODE_EXTRA_CA_CERTS: cert,
      TABLE_NAME: "items",
      ALLOWED_ORIGIN: "http://site.example",
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "token",
    },
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** RSA of 2,048 bits, like the certificates of AWS's endpoints. */
function certify(directory: string): { key: string; cert: string } {
  const [key, cert] = [join(directory, "key.pem"), join(directory, "certificate.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", key, "-out", cert];
  const kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"];
  try {
    execFileSync("openssl", ["req", ...kind, ...subject, ...files], { stdio: "ignore" });
  } catch (cause) {
    throw new Error("Cannot make a certificate for localhost because `openssl req` fails: install OpenSSL.", {
      cause,
    });
  }
  return { key, cert };
}
