import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateDeploymentCommand,
  CreateStageCommand,
  DeleteDeploymentCommand,
  DeleteStageCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetStageCommand,
  GetStagesCommand,
  PutMethodCommand,
  UpdateStageCommand,
} from "@aws-sdk/client-api-gateway";
import { refused } from "./refused.ts";
import { aws, putMock, restApiId, rootId } from "./rest-api.ts";

describe("deployments and stages", () => {
  const deploy = (description?: string, stageName?: string) =>
    aws.apigateway.send(new CreateDeploymentCommand({ restApiId, description, stageName }));
  const stage = (stageName: string, deploymentId?: string) =>
    aws.apigateway.send(new CreateStageCommand({ restApiId, stageName, deploymentId }));
  const patch = (...patchOperations: { op: "replace" | "remove"; path: string; value?: string }[]) =>
    aws.apigateway.send(new UpdateStageCommand({ restApiId, stageName: "prod", patchOperations }));

  it("need something to deploy", async () => {
    await assert.rejects(deploy(), refused("BadRequestException", /doesn't contain any methods/));
    await aws.apigateway.send(
      new PutMethodCommand({ restApiId, resourceId: rootId, httpMethod: "GET", authorizationType: "NONE" }),
    );
    await assert.rejects(deploy(), refused("BadRequestException", /^No integration defined for method$/));
  });

  it("keep a deployment as long as a stage shows it", async () => {
    await putMock();
    const one = await deploy("one");
    const two = await deploy("two");
    await stage("prod", one.id);
    const remove = () =>
      aws.apigateway.send(new DeleteDeploymentCommand({ restApiId, deploymentId: one.id }));

    await assert.rejects(
      remove(),
      refused("BadRequestException", /Active stages pointing to this deployment/),
    );
    await patch({ op: "replace", path: "/deploymentId", value: two.id });
    await remove();
    const { items } = await aws.apigateway.send(new GetDeploymentsCommand({ restApiId }));

    assert.deepEqual(
      items?.map(({ id, description }) => ({ id, description })),
      [{ id: two.id, description: "two" }],
    );
  });

  it("take an empty stage name for none", async () => {
    await putMock();

    const { id } = await deploy(undefined, "");

    const { item } = await aws.apigateway.send(new GetStagesCommand({ restApiId, deploymentId: id }));
    assert.deepEqual(item, []);
  });

  it("tell what was deployed", async () => {
    await putMock();
    const { id: deploymentId } = await deploy();

    const { apiSummary } = await aws.apigateway.send(
      new GetDeploymentCommand({ restApiId, deploymentId, embed: ["apisummary"] }),
    );

    assert.deepEqual(apiSummary, { "/": { GET: { authorizationType: "NONE", apiKeyRequired: false } } });
  });

  it("create or move the stage that a deployment names, and keep its settings", async () => {
    await putMock();
    await deploy(undefined, "prod");
    await patch({ op: "replace", path: "/*/*/throttling/rateLimit", value: "5" });

    const second = await deploy(undefined, "prod");

    const found = await aws.apigateway.send(new GetStageCommand({ restApiId, stageName: "prod" }));
    assert.equal(found.deploymentId, second.id);
    assert.equal(found.methodSettings?.["*/*"]?.throttlingRateLimit, 5);
  });

  it("set throttling for all methods or for one", async () => {
    await putMock();
    await deploy(undefined, "prod");

    const set = await patch(
      { op: "replace", path: "/*/*/throttling/rateLimit", value: "50" },
      { op: "replace", path: "/*/*/throttling/burstLimit", value: "100" },
      { op: "replace", path: "/~1items~1{id}/GET/throttling/burstLimit", value: "7" },
      { op: "replace", path: "/variables/colour", value: "red" },
      { op: "replace", path: "/description", value: "live" },
    );
    const removed = await patch(
      { op: "remove", path: "/~1items~1{id}/GET" },
      { op: "remove", path: "/variables/colour" },
    );

    assert.equal(set.methodSettings?.["*/*"]?.throttlingRateLimit, 50);
    assert.equal(set.methodSettings?.["*/*"]?.throttlingBurstLimit, 100);
    assert.equal(set.methodSettings?.["items/{id}/GET"]?.throttlingBurstLimit, 7);
    assert.deepEqual(set.variables, { colour: "red" });
    assert.equal(set.description, "live");
    assert.deepEqual(Object.keys(removed.methodSettings ?? {}), ["*/*"]);
    assert.deepEqual(removed.variables, {});
    await assert.rejects(
      patch({ op: "replace", path: "/*/*/logging/loglevel", value: "INFO" }),
      refused("NotImplemented"),
    );
    await assert.rejects(
      patch({ op: "replace", path: "/nonsense", value: "1" }),
      refused("BadRequestException"),
    );
  });

  it("may set what is not carried out to what it is, and nothing else", async () => {
    await putMock();
    await deploy(undefined, "prod");
    const set = (setting: string, value: string) => patch({ op: "replace", path: `/*/*/${setting}`, value });

    await set("throttling/rateLimit", "7");
    await set("caching/ttlInSeconds", "300");
    await set("caching/requireAuthorizationForCacheControl", "true");
    const { methodSettings } = await set("logging/loglevel", "OFF");

    const settings = methodSettings?.["*/*"];
    assert.deepEqual(
      [settings?.throttlingRateLimit, settings?.cacheTtlInSeconds, settings?.loggingLevel],
      [7, 300, "OFF"],
    );
    await assert.rejects(
      set("caching/ttlInSeconds", "60"),
      refused("NotImplemented", /caching\/ttlInSeconds/),
    );
    await assert.rejects(set("metrics/enabled", "true"), refused("NotImplemented", /metrics\/enabled/));
  });

  it("say so when there are no settings to remove", async () => {
    await putMock();
    await deploy(undefined, "prod");

    const removal = patch({ op: "remove", path: "/*/*" });

    await assert.rejects(
      removal,
      refused("BadRequestException", /there is no method setting for this method/),
    );
  });

  it("are unique by name, and deleted", async () => {
    await putMock();
    const { id } = await deploy();
    await stage("prod", id);

    await assert.rejects(stage("prod", id), refused("ConflictException", /Stage already exists/));
    await assert.rejects(stage("no spaces", id), refused("BadRequestException"));
    await assert.rejects(stage("dev", "nothing"), refused("BadRequestException", /Deployment/));
    const { item } = await aws.apigateway.send(new GetStagesCommand({ restApiId, deploymentId: id }));
    await aws.apigateway.send(new DeleteStageCommand({ restApiId, stageName: "prod" }));
    const missing = aws.apigateway.send(new GetStageCommand({ restApiId, stageName: "prod" }));

    assert.deepEqual(
      item?.map(({ stageName }) => stageName),
      ["prod"],
    );
    await assert.rejects(missing, refused("NotFoundException", /^Invalid Stage identifier specified$/));
  });
});
