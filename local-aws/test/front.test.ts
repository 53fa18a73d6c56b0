import assert from "node:assert/strict";
import { request } from "node:http";
import { request as requestOverTls } from "node:https";
import { describe, it, type TestContext } from "node:test";
import { CreateBucketCommand, PutBucketWebsiteCommand, S3Client } from "@aws-sdk/client-s3";
import type { Aws } from "../src/server.ts";
import { clientOf, deployed, started } from "./started.ts";

interface Asked {
  host: string;
  path?: string;
  /** Asks for another name in the TLS handshake. */
  servername?: string;
  /** Over plain HTTP. */
  plain?: boolean;
  /** On this port instead of the front's. */
  port?: number;
}

/** Asks for a host of AWS as if a resolver led there. */
function ask(aws: Aws, { host, path = "/", servername = host, plain = false, port }: Asked) {
  const { http, https, certificate } = aws.front!;
  const target = { host: "127.0.0.1", path, headers: { host }, agent: false };
  return new Promise<{ status?: number; location?: string; body: string }>((resolve, reject) => {
    const sent = plain
      ? request({ ...target, port: port ?? http })
      : requestOverTls({ ...target, port: port ?? https, servername, ca: certificate });
    sent.on("error", reject).on("response", async response => {
      const body = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode, location: response.headers.location, body });
    });
    sent.end();
  });
}

const withFront = (t: TestContext) => started(t, { front: true, region: "eu-west-1" });

describe("the local AWS under AWS's names", () => {
  it("answers them on ports of their own, and there only them", async t => {
    const aws = await withFront(t);
    const host = "missing.s3.eu-west-1.amazonaws.com";

    const ours = await ask(aws, { host });
    const plain = await ask(aws, { host, plain: true });
    const foreign = await ask(aws, { host: "example.org", servername: "s3.amazonaws.com" });
    const local = await ask(aws, { host: "localhost", plain: true });
    const atTheOtherPort = await ask(aws, { host, plain: true, port: Number(new URL(aws.endpoint).port) });

    assert.match(ours.body, /NoSuchBucket/);
    assert.match(plain.body, /NoSuchBucket/);
    for (const refusal of [foreign, local, atTheOtherPort]) {
      assert.equal(refusal.status, 403);
      assert.match(refusal.body, /This host is not served/);
    }
  });

  it("proves them by a certificate of its own", async t => {
    const aws = await withFront(t);
    const names = [
      "iam.amazonaws.com",
      "dynamodb.eu-west-1.amazonaws.com",
      "a.execute-api.eu-west-1.amazonaws.com",
    ];

    for (const host of names) assert.equal((await ask(aws, { host })).status, 403);

    await assert.rejects(ask(aws, { host: "a.b.amazonaws.com" }), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("redirects from a website's name, which speaks plain HTTP", async t => {
    const aws = await withFront(t);
    const s3 = new S3Client(clientOf(aws, { forcePathStyle: true }));
    const Bucket = "pages";
    const Redirect = { Protocol: "https", HostName: "pages.s3.eu-west-1.amazonaws.com" } as const;
    await s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
    );
    await s3.send(
      new PutBucketWebsiteCommand({
        Bucket,
        WebsiteConfiguration: { IndexDocument: { Suffix: "a" }, RoutingRules: [{ Redirect }] },
      }),
    );

    const sentOn = await ask(aws, {
      host: "pages.s3-website-eu-west-1.amazonaws.com",
      path: "/b",
      plain: true,
    });

    assert.equal(sentOn.location, "https://pages.s3.eu-west-1.amazonaws.com/b");
  });

  it("serves a REST API below its own name, and a strict one only to who named it in the handshake", async t => {
    const aws = await withFront(t);
    const basic = await deployed(aws, "BASIC");
    const strict = await deployed(aws, "STRICT");
    const nameOf = (id: string, region = "eu-west-1") => `${id}.execute-api.${region}.amazonaws.com`;
    const status = async (id: string, more: Partial<Asked> = {}) =>
      (await ask(aws, { host: nameOf(id), path: "/prod/", ...more })).status;

    assert.equal(await status(basic), 200);
    assert.equal(await status(basic, { path: "/other/" }), 403);
    assert.equal(await status(basic, { servername: nameOf(strict) }), 200);
    assert.equal(await status(basic, { host: nameOf(basic, "us-east-1"), servername: nameOf(basic) }), 403);
    assert.equal(await status(strict), 200);
    assert.equal(await status(strict, { servername: nameOf(basic) }), 403);
  });
});
