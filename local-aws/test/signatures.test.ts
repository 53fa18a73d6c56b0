import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { SignedFor } from "../src/access/signer.ts";
import type { WireRequest } from "../src/service.ts";
import {
  ask,
  callOf,
  MINUTE,
  refusedBy,
  SERVICES,
  type ServiceName,
  withHeader,
  withScope,
} from "./signing.ts";
import { clientOf, started } from "./started.ts";

const TRUST =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}';

const MISMATCH = {
  apigateway: "403 InvalidSignatureException",
  dynamodb: "400 InvalidSignatureException",
  iam: "403 SignatureDoesNotMatch",
  lambda: "403 InvalidSignatureException",
  logs: "400 InvalidSignatureException",
  s3: "403 SignatureDoesNotMatch",
  sts: "403 SignatureDoesNotMatch",
};

test("a right signature is taken by every service, up to a quarter of an hour old or early", async t => {
  const aws = await started(t);

  for (const service of SERVICES)
    for (const age of [0, 14 * MINUTE, -14 * MINUTE]) {
      const { status, message } = await ask(aws, service, { signingDate: new Date(Date.now() - age) });
      assert.equal(status, service === "lambda" ? 404 : 200, `${service}: ${message}`);
    }
});

test("a wrong secret is refused", async t => {
  const messages = await refusedBy(t, MISMATCH, { secretAccessKey: "wrong" });

  assert.match(messages.iam!, /^The request signature we calculated.*Consult the service documentation/);
  assert.match(messages.s3!, /^The request signature we calculated.*Check your key and signing method\.$/);
});

test("S3 shows what it would have signed", async t => {
  const aws = await started(t);

  const { body } = await ask(aws, "s3", { secretAccessKey: "wrong" });

  assert.match(body, /<CanonicalRequest>GET\n\/\n\nhost:localhost\n/);
  assert.match(body, /<StringToSign>AWS4-HMAC-SHA256\n\d{8}T\d{6}Z\n\d{8}\/us-east-1\/s3\/aws4_request\n/);
  assert.match(body, /<StringToSignBytes>41 57 53 34 /);
});

test("a changed path, query, body or header is refused", async t => {
  const aws = await started(t);
  const changes: Record<string, (request: WireRequest) => WireRequest> = {
    path: request => ({ ...request, url: "/changed" }),
    query: request => ({ ...request, url: "/?changed" }),
    method: request => ({ ...request, method: "DELETE" }),
    header: withHeader("host", () => "127.0.0.1"),
    body: request => ({ ...request, body: Buffer.from("{ }") }),
  };

  for (const [name, change] of Object.entries(changes)) {
    const { status, code } = await ask(aws, "dynamodb", {}, change);
    assert.equal(`${status} ${code}`, "400 InvalidSignatureException", name);
  }
});

test("S3 compares a body with the digest that was signed for it", async t => {
  const aws = await started(t);
  await new S3Client({ ...clientOf(aws), forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: "box" }),
  );
  const put = (digest: string) => ({
    method: "PUT",
    url: "/box/key",
    headers: { host: "localhost", "x-amz-content-sha256": digest },
    body: Buffer.from("some"),
  });
  const OF_OTHER = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";
  const outcome = async (digest: string) => {
    const { status, code } = await ask(aws, "s3", {}, undefined, put(digest));
    return `${status} ${code}`;
  };

  assert.equal(await outcome("UNSIGNED-PAYLOAD"), "200 undefined");
  assert.equal(await outcome(OF_OTHER), "400 XAmzContentSHA256Mismatch");
  assert.equal(await outcome("none"), "400 InvalidArgument");
});

test("a host that is not signed is refused", async t => {
  const names = (value: string) =>
    value.replace("host;", "").replace("SignedHeaders=host,", "SignedHeaders=a,");

  const messages = await refusedBy(
    t,
    { ...MISMATCH, s3: "403 AccessDenied" },
    {},
    withHeader("authorization", names),
  );

  assert.equal(messages.lambda, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
});

test("S3 refuses a header of AWS's that is not signed, and names it", async t => {
  const aws = await started(t);

  const { status, code, body } = await ask(
    aws,
    "s3",
    {},
    withHeader("x-amz-acl", () => "private"),
  );

  assert.equal(`${status} ${code}`, "403 AccessDenied");
  assert.match(body, /<HeadersNotSigned>x-amz-acl<\/HeadersNotSigned>/);
});

test("a clock that is more than a quarter of an hour off is refused", async t => {
  const expected = { ...MISMATCH, s3: "403 RequestTimeTooSkewed" };

  const late = await refusedBy(t, expected, { signingDate: new Date(Date.now() - 16 * MINUTE) });
  const early = await refusedBy(t, expected, { signingDate: new Date(Date.now() + 16 * MINUTE) });

  const time = String.raw`\d{8}T\d{6}Z`;
  assert.match(
    late.dynamodb!,
    RegExp(String.raw`^Signature expired: ${time} is now earlier than ${time} \(${time} - 15 min\.\)$`),
  );
  assert.match(
    early.iam!,
    RegExp(
      String.raw`^Signature not yet current: ${time} is still later than ${time} \(${time} \+ 15 min\.\)$`,
    ),
  );
});

test("a region that is none, another date and another terminator are refused", async t => {
  const expected = { ...MISMATCH, s3: "400 AuthorizationHeaderMalformed" };

  const region = await refusedBy(t, expected, { region: "moon" });
  const date = await refusedBy(t, expected, {}, withScope(/\/\d{8}\//, "/20130524/"));
  const terminator = await refusedBy(t, expected, {}, withScope(/aws4_request/, "aws4_reply"));

  assert.equal(region.dynamodb, "Credential should be scoped to a valid region, not 'moon'.");
  assert.equal(
    region.s3,
    "The authorization header is malformed; the region 'moon' is wrong; expecting 'us-east-1'",
  );
  assert.match(
    date.sts!,
    /^Date in Credential scope does not match YYYYMMDD .*: '20130524' != '\d{8}', from/,
  );
  assert.equal(
    terminator.lambda,
    "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4_reply'.",
  );
});

test("a request to a host of AWS's own is refused when it is scoped to another region or service", async t => {
  const aws = await started(t);
  const to = (service: ServiceName, host: string, how: Partial<SignedFor> = {}) => {
    const call = callOf(service);
    return ask(aws, service, how, undefined, { ...call, headers: { ...call.headers, host } });
  };

  const right = await to("logs", "logs.us-east-1.amazonaws.com");
  const region = await to("logs", "logs.eu-west-1.amazonaws.com");
  const bucket = await to("s3", "box.s3.eu-west-1.amazonaws.com");
  const service = await to("iam", "sts.us-east-1.amazonaws.com");
  const target = await ask(aws, "dynamodb", { service: "iam" });

  assert.equal(right.status, 200);
  assert.equal(region.message, "Credential should be scoped to a valid region, not 'us-east-1'.");
  assert.match(bucket.message!, /the region 'us-east-1' is wrong; expecting 'eu-west-1'$/);
  assert.equal(service.message, "Credential should be scoped to correct service: 'sts'.");
  assert.equal(target.message, "Credential should be scoped to correct service: 'dynamodb'.");
});

test("a token must be the one of its key", async t => {
  const aws = await started(t);
  await new IAMClient(clientOf(aws)).send(
    new CreateRoleCommand({
      RoleName: "r",
      AssumeRolePolicyDocument: TRUST,
    }),
  );
  const { id: accessKeyId, secret: secretAccessKey, token: sessionToken } = aws.roleKey("r");
  const role = { accessKeyId, secretAccessKey, sessionToken };
  const outcome = async (service: ServiceName, how: Partial<SignedFor>) => {
    const { status, code } = await ask(aws, service, how);
    return `${status} ${code}`;
  };

  assert.equal(await outcome("sts", role), "200 undefined");
  for (const how of [
    { ...role, sessionToken: "foreign" },
    { ...role, sessionToken: undefined },
    { sessionToken },
  ]) {
    assert.equal(await outcome("sts", how), "403 InvalidClientTokenId");
    assert.equal(await outcome("dynamodb", how), "400 UnrecognizedClientException");
    assert.equal(await outcome("lambda", how), "403 UnrecognizedClientException");
  }
  assert.equal(await outcome("s3", { ...role, sessionToken: "foreign" }), "400 InvalidToken");
  assert.equal(await outcome("s3", { ...role, sessionToken: undefined }), "403 InvalidAccessKeyId");
});

test("what a signature lacks is named", async t => {
  const lacking = {
    apigateway: "403 IncompleteSignatureException",
    dynamodb: "400 IncompleteSignatureException",
    iam: "403 IncompleteSignature",
    lambda: "403 IncompleteSignatureException",
    logs: "400 IncompleteSignatureException",
    s3: "400 AuthorizationHeaderMalformed",
    sts: "403 IncompleteSignature",
  };

  const messages = await refusedBy(t, lacking, {}, withScope(/, Signature=.*/, ""));

  assert.equal(messages.dynamodb, "Authorization header requires 'Signature' parameter.");
});
