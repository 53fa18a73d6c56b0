import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { APIGatewayClient, GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../src/access/canonical.ts";
import type { Aws } from "../src/server.ts";
import { refused } from "./refused.ts";
import { MINUTE } from "./signing.ts";
import { clientOf, started } from "./started.ts";

test("a client with a wrong clock puts it right by the answer, and is served", async t => {
  const aws = await started(t);
  const late = new URL("./late-client.mjs", import.meta.url);

  const client = (maxAttempts: number) =>
    once(new Worker(late, { workerData: clientOf(aws, { maxAttempts }) }), "exit");

  await client(2);
  await assert.rejects(client(1), { message: /^Signature expired/ });
});

test("odd paths and queries of the SDK's are taken: escapes, dots, slashes, plus signs, other scripts", async t => {
  const aws = await started(t);
  const s3 = new S3Client({ ...clientOf(aws), forcePathStyle: true });
  const lambda = new LambdaClient(clientOf(aws));
  await s3.send(new CreateBucketCommand({ Bucket: "box" }));

  for (const Key of ["a b+c", "a//b/", "a/../b/./c", "ሴ/ü", "100%", "a&b=c?d#e", "(!)*'~"]) {
    const Metadata = { plain: "two  spaces" };
    await s3.send(new PutObjectCommand({ Bucket: "box", Key, Body: Key, Metadata }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "box", Key }));
    assert.equal(await Body?.transformToString(), Key);
  }
  for (const FunctionName of ["arn:aws:lambda:us-east-1:000000000000:function:none", "none"])
    await assert.rejects(
      lambda.send(new GetFunctionCommand({ FunctionName })),
      refused("ResourceNotFoundException"),
    );
});

test("the clients of every service are taken over the socket", async t => {
  const aws = await started(t);
  const settings = clientOf(aws);

  await new APIGatewayClient(settings).send(new GetRestApisCommand({ limit: 5 }));
  await new CloudWatchLogsClient(settings).send(new DescribeLogGroupsCommand({}));
  await new IAMClient(settings).send(new ListRolesCommand({ PathPrefix: "/a+b c/" }));
});

/** A presigned URL of a bucket's object. */
async function presigned(
  aws: Aws,
  method: string,
  expiresIn: number,
  signingDate = new Date(),
): Promise<string> {
  const { endpoint, region, accessKeyId, secretAccessKey } = aws;
  const { host } = new URL(endpoint);
  const signer = new SignatureV4({
    service: "s3",
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
    uriEscapePath: false,
  });
  const headers = { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const request = { method, protocol: "http:", hostname: host, path: "/box/a%20b", query: {}, headers };
  const { path, query } = await signer.presign(request, { expiresIn, signingDate });
  return `${endpoint}${path}?${new URLSearchParams(query as Record<string, string>)}`;
}

test("a presigned URL stores and reads an object until its time is over", async t => {
  const aws = await started(t);
  await new S3Client({ ...clientOf(aws), forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: "box" }),
  );
  const outcome = async (url: string, init?: RequestInit) => {
    const answer = await fetch(url, init);
    return `${answer.status} ${await answer.text()}`;
  };
  const ago = (ms: number) => new Date(Date.now() - ms);

  assert.match(await outcome(await presigned(aws, "PUT", 60), { method: "PUT", body: "content" }), /^200 $/);
  assert.equal(await outcome(await presigned(aws, "GET", 60)), "200 content");
  assert.equal(await outcome(await presigned(aws, "GET", 3600, ago(50 * MINUTE))), "200 content");
  assert.match(
    await outcome(await presigned(aws, "GET", 60, ago(2 * MINUTE))),
    /^403 .*Request has expired/s,
  );
  assert.match(await outcome(await presigned(aws, "GET", 60, ago(-16 * MINUTE))), /^403 .*not valid yet/s);
  const url = await presigned(aws, "GET", 60);
  const changes: [RegExp, string, RegExp][] = [
    [/a%20b/, "other", /^403 .*SignatureDoesNotMatch/s],
    [/Expires=60/, "Expires=61", /^403 .*SignatureDoesNotMatch/s],
    [/Expires=60/, "Expires=604801", /^400 .*AuthorizationQueryParametersError/s],
    [/&X-Amz-Date=[^&]*/, "", /^400 .*AuthorizationQueryParametersError/s],
    [/$/, "&more=1", /^403 .*SignatureDoesNotMatch/s],
  ];
  for (const [from, to, expected] of changes) assert.match(await outcome(url.replace(from, to)), expected);
  assert.match(await outcome(url, { method: "DELETE" }), /^403 .*SignatureDoesNotMatch/s);
});
