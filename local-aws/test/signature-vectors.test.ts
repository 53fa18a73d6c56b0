import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { restJsonRefusals } from "../src/access/refusals.ts";
import { s3Refusals } from "../src/access/s3-refusals.ts";
import { signatureOf } from "../src/access/signature.ts";
import { verify } from "../src/access/verify.ts";
import type { WireRequest } from "../src/service.ts";
import { World } from "../src/world.ts";
import { CHUNKED, PRESIGNED, S3, S3_VECTORS, SUITE, VECTORS, type Vector } from "./signature-vectors.ts";

type Suite = typeof SUITE;

/** Asks at the time of a suite, in a world that has its key, whether a request is signed by it. */
async function isSigned(t: TestContext, { key, time }: Suite, request: WireRequest): Promise<boolean> {
  const now = Date.parse(time.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
  t.mock.timers.enable({ apis: ["Date"], now });
  const token = request.headers["x-amz-security-token"];
  const world = new World("123456789012", { keys: { account: { ...key, token }, roles: [] } });
  const signature = signatureOf(request)!;
  const refusals = signature.service === "s3" ? s3Refusals : restJsonRefusals;
  const outcome = verify(world, request, signature, refusals).then(
    ({ kind }) => kind === "account",
    error => {
      assert.match(error.message, /does not match the signature/);
      return false;
    },
  );
  return outcome.finally(() => t.mock.timers.reset());
}

function requestOf({ key, scope, time, host }: Suite, vector: Vector): WireRequest {
  const headers: Record<string, string> = { host, "x-amz-date": time, ...vector.headers };
  const names = Object.keys(headers).sort().join(";");
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.id}/${scope}, SignedHeaders=${names}, Signature=${vector.signature}`;
  const { method = "GET", url = "/", body = "" } = vector;
  return { method, url, headers: { ...headers, authorization }, body: Buffer.from(body) };
}

const suites: [Suite, Vector][] = [
  ...VECTORS.map(vector => [SUITE, vector] as [Suite, Vector]),
  ...S3_VECTORS.map(vector => [S3, vector] as [Suite, Vector]),
  ...CHUNKED.map(vector => [{ ...S3, host: vector.host }, vector] as [Suite, Vector]),
];

for (const [suite, vector] of suites)
  test(`AWS's example "${vector.name}" is signed rightly, and nothing next to it`, async t => {
    const request = requestOf(suite, vector);
    const ask = (change: Partial<WireRequest>) => isSigned(t, suite, { ...request, ...change });

    assert.equal(await ask({}), true);
    assert.equal(await ask({ method: "DELETE" }), false);
    assert.equal(await ask({ url: `${request.url}${request.url.includes("?") ? "&" : "?"}other` }), false);
    assert.equal(await ask({ headers: { ...request.headers, host: "example.org" } }), false);
    const secret = { ...suite, key: { ...suite.key, secret: "another" } };
    assert.equal(await isSigned(t, secret, request), false);
  });

test("a body that is not the signed one is not signed, and neither is a changed chunk or trailer", async t => {
  const form = VECTORS.find(({ name }) => name === "post-x-www-form-urlencoded")!;
  const [chunks, withTrailer] = CHUNKED.map(vector => requestOf({ ...S3, host: vector.host }, vector));
  const changed = (request: WireRequest, from: string, to: string) => ({
    ...request,
    body: Buffer.from(request.body.toString().replace(from, to)),
  });

  assert.equal(await isSigned(t, SUITE, changed(requestOf(SUITE, form), "value1", "value2")), false);
  assert.equal(await isSigned(t, S3, changed(chunks!, "aaa\r\n400", "aab\r\n400")), false);
  assert.equal(await isSigned(t, S3, changed(chunks!, "aaa\r\n0;", "aab\r\n0;")), false);
  assert.equal(await isSigned(t, S3, changed(withTrailer!, "sOO8", "sOO9")), false);
});

test("AWS's example of a presigned URL is signed rightly, and nothing next to it", async t => {
  const { key, scope, time, host } = S3;
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${key.id}/${scope}`,
    "X-Amz-Date": time,
    "X-Amz-Expires": "86400",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": PRESIGNED,
  });
  const ask = (path: string) =>
    isSigned(t, S3, { method: "GET", url: `${path}?${query}`, headers: { host }, body: Buffer.alloc(0) });

  assert.equal(await ask("/test.txt"), true);
  assert.equal(await ask("/other.txt"), false);
});
