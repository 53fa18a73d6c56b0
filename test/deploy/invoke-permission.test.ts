/** Who may invoke the function: its policy as it was really deployed, evaluated as IAM does. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CreateStageCommand, GetStageCommand } from "@aws-sdk/client-api-gateway";
import { GetPolicyCommand } from "@aws-sdk/client-lambda";
import type { Principal } from "local-aws";
import { account, allowed, api, apiUrl, ask, clients, lambda, REGION, restApiId } from "./privileges.ts";

describe("API Gateway", () => {
  const gateway = { Service: "apigateway.amazonaws.com" };
  const sourceOf = (path: string) => `arn:aws:execute-api:${REGION}:${account}:${path}`;
  const ours = { "AWS:SourceArn": sourceOf(`${restApiId}/${api.stageName}/POST/${api.path}`) };

  const functionPolicy = async () =>
    (await clients.lambda.send(new GetPolicyCommand({ FunctionName: lambda.name }))).Policy!;

  test("may invoke the function for this API's stage and path, and do nothing else with it", async () => {
    const policy = await functionPolicy();

    for (const method of [...api.methods, "ANY"]) {
      const conditions = { "AWS:SourceArn": sourceOf(`${restApiId}/${api.stageName}/${method}/${api.path}`) };
      assert.deepEqual(allowed([policy], { principal: gateway, conditions }), [
        `lambda:InvokeFunction ${lambda.arn}`,
      ]);
    }
  });

  test("may not invoke it for another API, stage, path, account or region", async () => {
    const policy = await functionPolicy();
    const others = [
      sourceOf(`other/${api.stageName}/POST/${api.path}`),
      sourceOf(`${restApiId}x/${api.stageName}/POST/${api.path}`),
      sourceOf(`${restApiId}/test-invoke-stage/POST/${api.path}`),
      sourceOf(`${restApiId}/${api.stageName}2/POST/${api.path}`),
      sourceOf(`${restApiId}/${api.stageName}/POST/`),
      sourceOf(`${restApiId}/${api.stageName}/POST/${api.path}2`),
      sourceOf(`${restApiId}/${api.stageName}/POST/admin`),
      ours["AWS:SourceArn"].replace(account, "999999999999"),
      ours["AWS:SourceArn"].replace(REGION, "us-east-1"),
    ];

    for (const source of others)
      assert.deepEqual(
        allowed([policy], { principal: gateway, conditions: { "AWS:SourceArn": source } }),
        [],
      );
    assert.deepEqual(allowed([policy], { principal: gateway }), []);
  });

  test("alone may invoke it: no other service, no other account, not the world", async () => {
    const policy = await functionPolicy();
    const others: Principal[] = [
      "*",
      { AWS: "arn:aws:iam::999999999999:root" },
      { AWS: "arn:aws:iam::999999999999:user/somebody" },
      { Service: "s3.amazonaws.com" },
      { Service: "events.amazonaws.com" },
    ];

    for (const principal of others)
      assert.deepEqual(allowed([policy], { principal, conditions: ours }), [], JSON.stringify(principal));
  });

  test("serves nothing of the function on a second stage of the same deployment", async () => {
    const { apigateway } = clients;
    const stage = await apigateway.send(new GetStageCommand({ restApiId, stageName: api.stageName }));
    const { deploymentId } = stage;

    await apigateway.send(new CreateStageCommand({ restApiId, stageName: "second", deploymentId }));

    const second = await fetch(`${apiUrl.replace(`/${api.stageName}/`, "/second/")}?id=1`);
    assert.equal(second.status, 500);
    assert.equal(await ask("GET", "id=unknown"), 404);
  });
});
