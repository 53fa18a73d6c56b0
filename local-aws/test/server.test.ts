import assert from "node:assert/strict";

import { describe, it } from "node:test";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { signed } from "../src/access/signer.ts";
import { CLEAR } from "../src/climate.ts";
import { createAws, startAws } from "../src/server.ts";
import { AwsError } from "../src/service.ts";
import { Weather } from "../src/weather.ts";
import { clientOf, started, storeOne } from "./started.ts";

describe("the local AWS", () => {
  it("answers the holder of its key, under the account that it was given", async t => {
    const aws = await started(t, { account: "123456789012" });

    const caller = await new STSClient(clientOf(aws)).send(new GetCallerIdentityCommand({}));

    assert.equal(caller.Account, "123456789012");
  });

  it("refuses every other key", async t => {
    const aws = await started(t);
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };

    const caller = new STSClient(clientOf(aws, { credentials })).send(new GetCallerIdentityCommand({}));

    await assert.rejects(caller, { name: "InvalidClientTokenId" });
  });

  it("gives a web page no access to its control plane", async t => {
    const { endpoint } = await started(t);
    const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };

    const preflight = await fetch(endpoint, { method: "OPTIONS", headers });
    const call = await fetch(endpoint, {
      method: "POST",
      headers: { ...headers, "x-amz-target": "DynamoDB_20120810.ListTables" },
      body: "{}",
    });

    for (const answer of [preflight, call]) {
      assert.ok(answer.status >= 400);
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
    }
  });

  it("is at two origins of one socket, and says so in the SDK's environment variables", async t => {
    const aws = await started(t);

    const { port } = new URL(aws.endpoint);

    assert.equal(aws.siteEndpoint, `http://localhost:${port}`);
    assert.deepEqual(aws.environment, {
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ENDPOINT_URL_S3: aws.siteEndpoint,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: aws.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
    });
  });

  it("records the calls of the account, not those of others", async t => {
    const aws = await started(t);
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    await assert.rejects(storeOne({ ...aws, ...credentials }));

    await storeOne(aws);

    assert.deepEqual(
      aws.calls.map(({ service, operation, status }) => [service, operation, status]),
      [
        ["dynamodb", "CreateTable", 200],
        ["dynamodb", "PutItem", 200],
      ],
    );
  });

  it("tells what happens to those who listen", async t => {
    const aws = await started(t);
    const told: string[] = [];
    aws.on("call", ({ service, operation, by }) => told.push(`${by}: ${service}:${operation}`));

    await storeOne(aws);

    assert.deepEqual(told, ["account: dynamodb:CreateTable", "account: dynamodb:PutItem"]);
  });

  it("gives its contents as a copy, in which nothing can be changed", async t => {
    const aws = await started(t);
    await storeOne(aws);
    const before = JSON.stringify(aws.contents());

    for (const held of Object.values(aws.contents())) Object.assign(held as object, { changed: true });

    assert.match(before, /"kept"/);
    assert.equal(JSON.stringify(aws.contents()), before);
  });

  it("lets whatever a test puts there befall a call", async t => {
    const full = new AwsError("LimitExceededException", 400, "Too many tables.");
    const aws = await started(t, {
      weather: (call, answer) => (call.operation === "CreateTable" ? Promise.reject(full) : answer()),
    });

    await assert.rejects(storeOne(aws), { name: "LimitExceededException", message: "Too many tables." });
  });

  it("has the weather that it is given, from before its start or from later on", async t => {
    const weather = new Weather();
    weather.set({ ...CLEAR, throttling: 1 });
    const aws = await started(t, { weather });

    await assert.rejects(storeOne(aws), { name: "ThrottlingException" });
    weather.set(CLEAR);
    await storeOne(aws);

    assert.deepEqual(weather.faults, { throttled: 1 });
  });

  it("is closed by `await using`", async () => {
    const aws = await startAws();

    await aws[Symbol.asyncDispose]();

    await assert.rejects(fetch(aws.endpoint), { message: "fetch failed" });
  });

  it("gives whoever imports the package what its index exports", async () => {
    const entry = await import(new URL("../index.mjs", import.meta.url).href);
    const index = await import("../src/index.ts");

    assert.deepEqual(Object.keys(entry).sort(), Object.keys(index).sort());
    assert.equal(entry.AwsError, index.AwsError);
  });

  it("works without a socket", async t => {
    const aws = await createAws();
    t.after(() => aws.close());
    const { accessKeyId, secretAccessKey, region } = aws;
    const request = {
      method: "POST",
      url: "/",
      headers: { host: "127.0.0.1", "x-amz-target": "DynamoDB_20120810.ListTables" },
      body: Buffer.from("{}"),
    };

    const answer = await aws.answer(
      await signed(request, { service: "dynamodb", region, accessKeyId, secretAccessKey }),
    );

    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.body.toString()), { TableNames: [] });
  });
});
