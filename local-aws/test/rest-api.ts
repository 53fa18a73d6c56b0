/** A REST API in a local AWS, new for each test of the file that imports this. */
import { afterEach, beforeEach } from "node:test";
import { CreateRestApiCommand, PutIntegrationCommand, PutMethodCommand } from "@aws-sdk/client-api-gateway";
import { type LambdaWorld, lambdaWorld } from "./lambda-world.ts";

export let aws: LambdaWorld;
export let restApiId: string;
export let rootId: string;
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

/** Gives a resource, the API's root unless told otherwise, a method that answers 200. */
export const putMock = async (httpMethod = "GET", resourceId = rootId) => {
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
