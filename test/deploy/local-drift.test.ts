/** Drift of settings that only the local AWS has. What every implementation has, test/deploy/anywhere/drift.test.ts tries. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import { startAws } from "local-aws";
import { buildFunction } from "../../bundle/function.ts";
import { connect } from "../../converge/aws.ts";
import { deploy } from "../../ensure.ts";

const local = await startAws();
Object.assign(process.env, local.environment);
after(() => local.close());
const { region } = local;
const { sdk: clients } = connect(region);

describe("drift is named and repaired:", () => {
  const FunctionName = "drifting";
  let restApiId: string;

  const patchApi = (values: Record<string, string>) => {
    const patchOperations = Object.entries(values).map(([path, value]) => ({
      op: "replace" as const,
      path,
      value,
    }));
    return clients.apigateway.send(new apigateway.UpdateRestApiCommand({ restApiId, patchOperations }));
  };

  const drifts: [type: string, setting: string, change: () => Promise<unknown>][] = [
    [
      "function",
      "log format",
      () =>
        clients.lambda.send(
          new lambda.UpdateFunctionConfigurationCommand({
            FunctionName,
            LoggingConfig: { LogFormat: "Text" },
          }),
        ),
    ],
    [
      "function",
      "architecture",
      async () => {
        const { zip: ZipFile } = await buildFunction();
        await clients.lambda.send(
          new lambda.UpdateFunctionCodeCommand({ FunctionName, ZipFile, Architectures: ["x86_64"] }),
        );
      },
    ],
    [
      "REST API",
      "endpoint type",
      () =>
        patchApi({
          "/endpointConfiguration/types/REGIONAL": "PRIVATE",
          "/securityPolicy": "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
        }),
    ],
    [
      "REST API",
      "TLS",
      () =>
        patchApi({
          "/securityPolicy": "SecurityPolicy_TLS13_1_2_2021_06",
          "/endpointAccessMode": "BASIC",
        }),
    ],
    [
      "permission",
      "statements",
      async () => {
        const { Configuration } = await clients.lambda.send(new lambda.GetFunctionCommand({ FunctionName }));
        const ResourceArn = Configuration!.FunctionArn!;
        const Statement = {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "lambda:InvokeFunction",
          Resource: ResourceArn,
        };
        const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
        await clients.lambda.send(new lambda.PutResourcePolicyCommand({ ResourceArn, Policy }));
      },
    ],
    [
      "stage",
      "throttling",
      () =>
        clients.apigateway.send(
          new apigateway.UpdateStageCommand({
            restApiId,
            stageName: "prod",
            patchOperations: [{ op: "replace", path: "/~1items/GET/throttling/rateLimit", value: "9" }],
          }),
        ),
    ],
    [
      "stage",
      "tag",
      () =>
        clients.apigateway.send(
          new apigateway.UntagResourceCommand({
            resourceArn: `arn:aws:apigateway:${region}::/restapis/${restApiId}/stages/prod`,
            tagKeys: ["dynamosync:stack"],
          }),
        ),
    ],
    [
      "REST API",
      "surplus APIs",
      () =>
        clients.apigateway.send(
          new apigateway.CreateRestApiCommand({
            name: FunctionName,
            tags: { "dynamosync:stack": FunctionName },
          }),
        ),
    ],
  ];
  for (const [type, setting, change] of drifts) {
    test(`${type}, ${setting}`, async () => {
      await deploy({ name: FunctionName, region });
      const { items } = await clients.apigateway.send(new apigateway.GetRestApisCommand({}));
      restApiId = items!.find(({ name }) => name === FunctionName)!.id!;
      await change();

      const { resources } = await deploy({ name: FunctionName, region });

      const changed = resources.filter(({ outcome }) => outcome !== "unchanged");
      assert.deepEqual(
        changed.map(result => [result.type, result.changes.map(({ setting }) => setting)]),
        [[type, [setting]]],
      );
      const again = await deploy({ name: FunctionName, region });
      assert.ok(again.resources.every(({ outcome }) => outcome === "unchanged"));
    });
  }

  test("function, role of that name, after the role was removed: it is set to the new one", async () => {
    await deploy({ name: FunctionName, region });
    const target = { RoleName: `${FunctionName}-${region}` };
    await clients.iam.send(new iam.DeleteRolePolicyCommand({ ...target, PolicyName: "store-items" }));
    await clients.iam.send(new iam.DeleteRoleCommand(target));
    local.calls.length = 0;

    const { resources } = await deploy({ name: FunctionName, region });

    const changed = resources.filter(({ outcome }) => outcome !== "unchanged");
    assert.deepEqual(
      changed.map(({ type, outcome, changes }) => [type, outcome, changes.map(({ setting }) => setting)]),
      [
        ["role", "created", []],
        ["function", "updated", ["role of that name"]],
      ],
    );
    assert.ok(local.calls.some(({ operation }) => operation === "UpdateFunctionConfiguration"));
    const again = await deploy({ name: FunctionName, region });
    assert.ok(again.resources.every(({ outcome }) => outcome === "unchanged"));
  });
});
