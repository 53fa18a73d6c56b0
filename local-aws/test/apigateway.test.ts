import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  DeleteGatewayResponseCommand,
  DeleteRestApiCommand,
  GetGatewayResponseCommand,
  GetGatewayResponsesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetTagsCommand,
  GetVpcLinksCommand,
  PutGatewayResponseCommand,
  paginateGetRestApis,
  TagResourceCommand,
  TestInvokeMethodCommand,
  UntagResourceCommand,
  UpdateRestApiCommand,
} from "@aws-sdk/client-api-gateway";
import { refused } from "./refused.ts";
import { aws, putMock, restApiId, rootId } from "./rest-api.ts";
import { tampered } from "./tampered.ts";

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

  it("are refused a value of a wrong type, as AWS's parser refuses it", async () => {
    const create = (tags: unknown) =>
      aws.apigateway.send(
        tampered(new CreateRestApiCommand({ name: "x" }), body =>
          JSON.stringify({ ...JSON.parse(body), tags }),
        ),
      );
    const wrong = (message: RegExp) => refused("SerializationException", message, 400);

    await assert.rejects(create("a=1"), wrong(/^Unexpected value type in payload$/));
    await assert.rejects(create(["a"]), wrong(/^Start of list found where not expected$/));
    await assert.rejects(create({ a: 1 }), wrong(/^NUMBER_VALUE can not be converted to a String$/));
  });

  it("are refused what they lack, in API Gateway's own words", async () => {
    const create = (body: object) =>
      aws.apigateway.send(tampered(new CreateRestApiCommand({ name: "x" }), () => JSON.stringify(body)));

    await assert.rejects(create({}), refused("BadRequestException", /^Invalid API name specified$/, 400));
    await assert.rejects(
      create({ name: "x", apiKeySource: "QUERY" }),
      refused("BadRequestException", /^Invalid ApiKeySource specified/, 400),
    );
  });

  it("have further operations on AWS, each refused by its name", async () => {
    const target = { restApiId, resourceId: rootId, httpMethod: "GET" };

    const links = aws.apigateway.send(new GetVpcLinksCommand({}));
    const trial = aws.apigateway.send(new TestInvokeMethodCommand(target));

    await assert.rejects(links, refused("NotImplemented", /apigateway:GetVpcLinks/, 501));
    await assert.rejects(trial, refused("NotImplemented", /apigateway:TestInvokeMethod/, 501));
  });

  it("are refused what the local AWS does not know, by name", async () => {
    const policy = aws.apigateway.send(new CreateRestApiCommand({ name: "x", policy: "{}" }));
    const patch = aws.apigateway.send(
      new UpdateRestApiCommand({
        restApiId,
        patchOperations: [{ op: "replace", path: "/policy", value: "{}" }],
      }),
    );
    const endpoint = aws.apigateway.send(
      new CreateRestApiCommand({
        name: "x",
        endpointConfiguration: { types: ["PRIVATE"], vpcEndpointIds: ["vpce-1"] },
      }),
    );

    await assert.rejects(
      policy,
      refused("NotImplemented", /the parameter policy of apigateway:CreateRestApi/),
    );
    await assert.rejects(patch, refused("NotImplemented", /\/policy/));
    await assert.rejects(
      endpoint,
      refused(
        "NotImplemented",
        /the parameter endpointConfiguration.vpcEndpointIds of apigateway:CreateRestApi/,
      ),
    );
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

  it("have AWS's own template where none was put", async () => {
    const responseParameters = { "gatewayresponse.header.a": "'1'" };

    const put = await aws.apigateway.send(
      new PutGatewayResponseCommand({ restApiId, responseType: "UNAUTHORIZED", responseParameters }),
    );

    const { $metadata: _, ...answered } = put;
    assert.deepEqual(answered, {
      responseType: "UNAUTHORIZED",
      statusCode: "401",
      responseParameters,
      responseTemplates: { "application/json": '{"message":$context.error.messageString}' },
      defaultResponse: false,
    });
  });

  it("show what their family's default was given", async () => {
    const responseParameters = { "gatewayresponse.header.a": "'1'" };
    await aws.apigateway.send(
      new PutGatewayResponseCommand({
        restApiId,
        responseType: "DEFAULT_5XX",
        statusCode: "599",
        responseParameters,
      }),
    );
    const get = (responseType: "INTEGRATION_FAILURE" | "THROTTLED") =>
      aws.apigateway.send(new GetGatewayResponseCommand({ restApiId, responseType }));

    const failure = await get("INTEGRATION_FAILURE");
    const throttled = await get("THROTTLED");

    assert.deepEqual([failure.statusCode, failure.defaultResponse], ["599", true]);
    assert.deepEqual(failure.responseParameters, responseParameters);
    assert.deepEqual([throttled.statusCode, throttled.responseParameters], ["429", {}]);
  });
});
