/** A local AWS of IAM, STS, Logs and S3 in this process, and clients of it. */
import assert from "node:assert/strict";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { type AccountKey, accountKey, authorize } from "../src/access/authorize.ts";
import { verify } from "../src/access/verify.ts";
import { createAnswer } from "../src/aws.ts";
import { iam } from "../src/iam/service.ts";
import { inProcessHandler } from "../src/in-process.ts";
import { logs } from "../src/logs/service.ts";
import { s3, servePublicObject } from "../src/s3/service.ts";
import { sts } from "../src/sts/service.ts";
import { World } from "../src/world.ts";

export const ACCOUNT = "123456789012";

/** A fresh world with nothing in it. */
export function smallAws() {
  const world = new World(ACCOUNT);
  const answer = createAnswer({
    world,
    services: [iam, sts, logs, s3],
    publics: [servePublicObject(world)],
    verify,
    authorize,
  });
  /** The clients of who holds a key, in a region. */
  const clients = (region = "eu-west-1", key: AccountKey & { token?: string } = accountKey(world)) => {
    const credentials = { accessKeyId: key.id, secretAccessKey: key.secret, sessionToken: key.token };
    const options = { region, credentials, requestHandler: inProcessHandler(answer), maxAttempts: 1 };
    return {
      iam: new IAMClient(options),
      sts: new STSClient(options),
      logs: new CloudWatchLogsClient(options),
      s3: new S3Client({ ...options, forcePathStyle: true }),
    };
  };
  /** A request without a key. */
  const visit = (url: string, headers: Record<string, string> = {}, method = "GET") =>
    answer({ method, url, headers: { host: "127.0.0.1", ...headers }, body: Buffer.alloc(0) });
  return { world, answer, clients, visit, ...clients() };
}

/** Asserts that a call is refused with an error code and, where given, a status and words of its message. */
export async function refused(call: Promise<unknown>, code: string, status?: number, words?: RegExp) {
  const error = await call.then(
    () => assert.fail(`expected ${code}, but the call succeeded`),
    reason => reason,
  );
  assert.equal(error.name, code, error.message);
  if (status !== undefined) assert.equal(error.$metadata?.httpStatusCode, status);
  if (words !== undefined) assert.match(error.message, words);
}
