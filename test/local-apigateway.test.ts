import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  DeleteDeploymentCommand,
  DeleteGatewayResponseCommand,
  DeleteIntegrationCommand,
  DeleteIntegrationResponseCommand,
  DeleteMethodCommand,
  DeleteMethodResponseCommand,
  DeleteResourceCommand,
  DeleteRestApiCommand,
  DeleteStageCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetGatewayResponseCommand,
  GetGatewayResponsesCommand,
  GetIntegrationCommand,
  GetMethodCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetStageCommand,
  GetStagesCommand,
  GetTagsCommand,
  PutGatewayResponseCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  paginateGetRestApis,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateIntegrationCommand,
  UpdateMethodCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
} from "@aws-sdk/client-api-gateway";
import { type LambdaWorld, lambdaWorld } from "./lambda-world.ts";

let aws: LambdaWorld;
let restApiId: string;
let rootId: string;
beforeEach(async () => {
  aws = await lambdaWorld();
  const api = await aws.apigateway.send(
    new CreateRestApiCommand({
      name: "shop",
      description: "a shop",
      endpointConfiguration: { types: ["REGIONAL"] },
      tags: { a: "1" },
    }),
  );
  restApiId = api.id ?? "";
  rootId = api.rootResourceId ?? "";
});
afterEach(() => aws.world.close());

const refused =
  (name: string, message: RegExp = /./) =>
  (error: Error) => {
    assert.equal(error.name, name, error.message);
    assert.match(error.message, message);
    return true;
  };

const putMock = async (httpMethod = "GET", resourceId = rootId) => {
  await aws.apigateway.send(
    new PutMethodCommand({ restApiId, resourceId, httpMethod, authorizationType: "NONE" }),
  );
  await aws.apigateway.send(
    new PutIntegrationCommand({
      restApiId,
      resourceId,
      httpMethod,
      type: "MOCK",
      requestTemplates: { "application/json": '{"statusCode": 200}' },
    }),
  );
};

describe("REST APIs", () => {
  it("are described as they were created, with AWS's defaults", async () => {
    const api = await aws.apigateway.send(new GetRestApiCommand({ restApiId }));

    assert.match(restApiId, /^[a-z0-9]{10}$/);
    assert.equal(api.name, "shop");
    assert.ok(api.createdDate instanceof Date && Math.abs(api.createdDate.getTime() - Date.now()) < 5_000);
    assert.equal(api.apiKeySource, "HEADER");
    assert.equal(api.disableExecuteApiEndpoint, false);
    assert.deepEqual(api.endpointConfiguration, { types: ["REGIONAL"], ipAddressType: "ipv4" });
    assert.deepEqual(api.tags, { a: "1" });
    assert.equal(api.rootResourceId, rootId);
  });

  it("may share a name, and are listed page by page", async () => {
    await aws.apigateway.send(new CreateRestApiCommand({ name: "shop" }));
    await aws.apigateway.send(new CreateRestApiCommand({ name: "shop" }));
    const names: (string | undefined)[] = [];

    const first = await aws.apigateway.send(new GetRestApisCommand({ limit: 2 }));
    for await (const { items } of paginateGetRestApis({ client: aws.apigateway }, { limit: 2 }))
      names.push(...(items ?? []).map(({ name }) => name));

    assert.equal(first.items?.length, 2);
    assert.ok(first.position);
    assert.deepEqual(names, ["shop", "shop", "shop"]);
  });

  it("are named with the account when they are not found", async () => {
    await aws.apigateway.send(new DeleteRestApiCommand({ restApiId }));

    const missing = aws.apigateway.send(new GetRestApiCommand({ restApiId }));

    const message = new RegExp(`^Invalid API identifier specified 000000000000:${restApiId}$`);
    await assert.rejects(missing, refused("NotFoundException", message));
  });

  it("are changed by patches: all or none", async () => {
    const patch = (...patchOperations: { op: "replace" | "add"; path: string; value: string }[]) =>
      aws.apigateway.send(new UpdateRestApiCommand({ restApiId, patchOperations }));

    await patch(
      { op: "replace", path: "/name", value: "store" },
      { op: "replace", path: "/endpointConfiguration/types/REGIONAL", value: "EDGE" },
    );
    const wrongPath = patch(
      { op: "replace", path: "/name", value: "half" },
      { op: "replace", path: "/id", value: "x" },
    );
    await assert.rejects(wrongPath, refused("BadRequestException", /^Invalid patch path \/id$/));
    const wrongOp = patch({ op: "add", path: "/name", value: "x" });
    await assert.rejects(wrongOp, refused("BadRequestException", /Must be one of: \[replace\]/));

    const api = await aws.apigateway.send(new GetRestApiCommand({ restApiId }));
    assert.equal(api.name, "store");
    assert.deepEqual(api.endpointConfiguration?.types, ["EDGE"]);
  });

  it("and stages carry tags", async () => {
    await putMock();
    const { id: deploymentId } = await aws.apigateway.send(new CreateDeploymentCommand({ restApiId }));
    await aws.apigateway.send(
      new CreateStageCommand({ restApiId, stageName: "prod", deploymentId, tags: { s: "1" } }),
    );
    const apiArn = `arn:aws:apigateway:eu-west-1::/restapis/${restApiId}`;
    const tagsOf = async (resourceArn: string) =>
      (await aws.apigateway.send(new GetTagsCommand({ resourceArn }))).tags;

    await aws.apigateway.send(new TagResourceCommand({ resourceArn: apiArn, tags: { b: "2", c: "3" } }));
    await aws.apigateway.send(new UntagResourceCommand({ resourceArn: apiArn, tagKeys: ["a", "b"] }));

    assert.deepEqual(await tagsOf(apiArn), { c: "3" });
    assert.deepEqual(await tagsOf(`${apiArn}/stages/prod`), { s: "1" });
    await assert.rejects(tagsOf(`${apiArn}/stages/dev`), refused("NotFoundException"));
  });

  it("are refused what the local AWS does not know, by name", async () => {
    const policy = aws.apigateway.send(new CreateRestApiCommand({ name: "x", policy: "{}" }));
    const patch = aws.apigateway.send(
      new UpdateRestApiCommand({
        restApiId,
        patchOperations: [{ op: "replace", path: "/policy", value: "{}" }],
      }),
    );

    await assert.rejects(
      policy,
      refused("NotImplemented", /the parameter policy of apigateway:CreateRestApi/),
    );
    await assert.rejects(patch, refused("NotImplemented", /\/policy/));
  });
});

describe("resources and methods", () => {
  const createResource = (pathPart: string, parentId = rootId) =>
    aws.apigateway.send(new CreateResourceCommand({ restApiId, parentId, pathPart }));

  it("form a tree of paths", async () => {
    const { id } = await createResource("items");
    await createResource("{id}", id);
    await putMock("GET", id);

    const plain = await aws.apigateway.send(new GetResourcesCommand({ restApiId }));
    const full = await aws.apigateway.send(new GetResourcesCommand({ restApiId, embed: ["methods"] }));
    await aws.apigateway.send(new DeleteResourceCommand({ restApiId, resourceId: id }));
    const after = await aws.apigateway.send(new GetResourcesCommand({ restApiId }));

    assert.deepEqual(
      plain.items?.map(({ path }) => path),
      ["/", "/items", "/items/{id}"],
    );
    assert.deepEqual(plain.items?.[1]?.resourceMethods, { GET: {} });
    assert.equal(full.items?.[1]?.resourceMethods?.GET?.methodIntegration?.type, "MOCK");
    assert.deepEqual(
      after.items?.map(({ path }) => path),
      ["/"],
    );
  });

  it("cannot be made twice", async () => {
    await createResource("items");
    await createResource("{id}");
    await putMock();
    const response = () =>
      aws.apigateway.send(
        new PutMethodResponseCommand({ restApiId, resourceId: rootId, httpMethod: "GET", statusCode: "200" }),
      );
    await response();

    const message = /Another resource with the same parent already has this name: items/;
    await assert.rejects(createResource("items"), refused("ConflictException", message));
    await assert.rejects(createResource("{name}"), refused("BadRequestException", /only one is allowed/));
    await assert.rejects(putMock(), refused("ConflictException", /Method already exists/));
    await assert.rejects(response(), refused("ConflictException", /Response already exists/));
  });

  it("are found or said not to be there", async () => {
    const target = { restApiId, resourceId: rootId, httpMethod: "GET" };
    const get = () => aws.apigateway.send(new GetMethodCommand(target));

    await assert.rejects(get(), refused("NotFoundException", /^Invalid Method identifier specified$/));
    await putMock();
    const method = await get();
    await aws.apigateway.send(new DeleteIntegrationCommand(target));
    const integration = aws.apigateway.send(new GetIntegrationCommand(target));
    await assert.rejects(
      integration,
      refused("NotFoundException", /^Invalid Integration identifier specified$/),
    );
    await aws.apigateway.send(new DeleteMethodCommand(target));
    await assert.rejects(get(), refused("NotFoundException"));

    assert.equal(method.httpMethod, "GET");
    assert.equal(method.apiKeyRequired, false);
    assert.equal(method.methodIntegration?.timeoutInMillis, 29_000);
    assert.equal(method.methodIntegration?.cacheNamespace, rootId);
  });

  it("take only a Lambda function or a mock as their integration", async () => {
    const target = { restApiId, resourceId: rootId, httpMethod: "GET" };
    await aws.apigateway.send(new PutMethodCommand({ ...target, authorizationType: "NONE" }));
    const put = (settings: { type: "AWS_PROXY" | "HTTP"; integrationHttpMethod?: string; uri?: string }) =>
      aws.apigateway.send(new PutIntegrationCommand({ ...target, ...settings }));

    const http = put({ type: "HTTP", integrationHttpMethod: "GET", uri: "http://example.com" });
    const nothing = put({ type: "AWS_PROXY" });
    const elsewhere = put({ type: "AWS_PROXY", integrationHttpMethod: "POST", uri: "arn:aws:lambda:x" });

    await assert.rejects(http, refused("NotImplemented", /the integration type HTTP/));
    await assert.rejects(nothing, refused("BadRequestException", /HttpMethod/));
    await assert.rejects(elsewhere, refused("BadRequestException", /Invalid ARN/));
  });

  it("map only to headers that the method declares", async () => {
    await putMock();
    const target = { restApiId, resourceId: rootId, httpMethod: "GET", statusCode: "200" };
    const header = "method.response.header.Allow";
    const map = (source: string) =>
      aws.apigateway.send(
        new PutIntegrationResponseCommand({ ...target, responseParameters: { [header]: source } }),
      );

    await assert.rejects(
      map("'GET'"),
      refused("BadRequestException", /No method response exists for method/),
    );
    await aws.apigateway.send(new PutMethodResponseCommand(target));
    await assert.rejects(
      map("'GET'"),
      refused("BadRequestException", /Invalid mapping expression parameter/),
    );
    await aws.apigateway.send(new DeleteMethodResponseCommand(target));
    await aws.apigateway.send(
      new PutMethodResponseCommand({ ...target, responseParameters: { [header]: false } }),
    );
    const mapped = await map("'GET'");
    await assert.rejects(map("integration.response.header.x"), refused("NotImplemented"));
    await aws.apigateway.send(new DeleteIntegrationResponseCommand(target));

    assert.deepEqual(mapped.responseParameters, { [header]: "'GET'" });
  });

  it("are changed by patches", async () => {
    await putMock();
    const target = { restApiId, resourceId: rootId, httpMethod: "GET" };

    const method = await aws.apigateway.send(
      new UpdateMethodCommand({
        ...target,
        patchOperations: [{ op: "replace", path: "/operationName", value: "Read" }],
      }),
    );
    const integration = await aws.apigateway.send(
      new UpdateIntegrationCommand({
        ...target,
        patchOperations: [{ op: "replace", path: "/timeoutInMillis", value: "1000" }],
      }),
    );

    assert.equal(method.operationName, "Read");
    assert.equal(integration.timeoutInMillis, 1000);
  });

  it("refuse templates that they would not understand", async () => {
    const target = { restApiId, resourceId: rootId, httpMethod: "GET" };
    await aws.apigateway.send(new PutMethodCommand({ ...target, authorizationType: "NONE" }));

    const attempt = aws.apigateway.send(
      new PutIntegrationCommand({
        ...target,
        type: "MOCK",
        requestTemplates: { "application/json": '#set($a = 1){"statusCode": 200}' },
      }),
    );

    await assert.rejects(attempt, refused("NotImplemented", /#set in mapping templates/));
  });
});

describe("gateway responses", () => {
  it("are AWS's own until they are customised", async () => {
    const responseType = "DEFAULT_4XX";
    const responseParameters = { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" };

    const put = await aws.apigateway.send(
      new PutGatewayResponseCommand({ restApiId, responseType, responseParameters }),
    );
    const { items } = await aws.apigateway.send(new GetGatewayResponsesCommand({ restApiId, limit: 500 }));
    await aws.apigateway.send(new DeleteGatewayResponseCommand({ restApiId, responseType }));
    const after = await aws.apigateway.send(new GetGatewayResponseCommand({ restApiId, responseType }));
    const again = aws.apigateway.send(new DeleteGatewayResponseCommand({ restApiId, responseType }));

    assert.equal(put.defaultResponse, false);
    assert.deepEqual(put.responseParameters, responseParameters);
    assert.equal(items?.length, 21);
    assert.deepEqual(
      items?.filter(item => !item.defaultResponse).map(item => item.responseType),
      [responseType],
    );
    assert.equal(after.defaultResponse, true);
    await assert.rejects(again, refused("NotFoundException", /not defined on api/));
  });
});

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
