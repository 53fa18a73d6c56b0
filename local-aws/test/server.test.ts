import assert from "node:assert/strict";

import { describe, it } from "node:test";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { signed } from "../src/access/signer.ts";
import { createAws } from "../src/server.ts";
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
    assert.equal(aws.world.endpoint, aws.endpoint);
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
