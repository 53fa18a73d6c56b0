import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateResourceCommand,
  DeleteIntegrationCommand,
  DeleteIntegrationResponseCommand,
  DeleteMethodCommand,
  DeleteMethodResponseCommand,
  DeleteResourceCommand,
  GetIntegrationCommand,
  GetMethodCommand,
  GetResourcesCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateIntegrationCommand,
  UpdateMethodCommand,
} from "@aws-sdk/client-api-gateway";
import { refused } from "./refused.ts";
import { aws, putMock, restApiId, rootId } from "./rest-api.ts";

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

  it("reach their integration over the internet only", async () => {
    const target = { restApiId, resourceId: rootId, httpMethod: "GET" };
    await aws.apigateway.send(new PutMethodCommand({ ...target, authorizationType: "NONE" }));
    const put = (connectionType: "INTERNET" | "VPC_LINK") =>
      aws.apigateway.send(new PutIntegrationCommand({ ...target, type: "MOCK", connectionType }));

    await put("INTERNET");
    await assert.rejects(put("VPC_LINK"), refused("NotImplemented", /VPC_LINK/));

    const integration = await aws.apigateway.send(new GetIntegrationCommand(target));
    assert.equal(integration.connectionType, "INTERNET");
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
