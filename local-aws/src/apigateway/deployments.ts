/** API Gateway's operations on deployments, which freeze what an API is. */

import type * as sdk from "@aws-sdk/client-api-gateway";
import type { Context } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { badRequest } from "./errors.ts";
import type { Deployment } from "./rest-api.ts";
import { checkStageName, createStage } from "./stages.ts";
import { apiOf, dateOf, deploymentOf, newId, now, own, page } from "./state.ts";

export const deploymentOperations: Operations<typeof sdk> = {
  CreateDeployment: {
    params: ["restApiId", "stageName", "stageDescription", "description", "variables"],
    run: createDeployment,
  },
  GetDeployment: {
    params: ["restApiId", "deploymentId", "embed"],
    run: (input, context) => shownDeployment(deploymentOf(input, context), input.embed),
  },
  GetDeployments: {
    params: ["restApiId", "position", "limit"],
    run(input, context) {
      const { items, position } = page(Object.values(apiOf(input, context).deployments), input);
      return { items: items.map(deployment => shownDeployment(deployment)), position };
    },
  },
  DeleteDeployment: {
    params: ["restApiId", "deploymentId"],
    run(input, context) {
      const { id } = deploymentOf(input, context);
      const { stages, deployments } = apiOf(input, context);
      if (Object.values(stages).some(({ deploymentId }) => deploymentId === id))
        throw badRequest("Active stages pointing to this deployment must be moved or deleted");
      delete deployments[id];
    },
  },
};

function createDeployment(input: Given<sdk.CreateDeploymentCommandInput>, context: Context) {
  const api = apiOf(input, context);
  const methods = Object.values(api.resources).flatMap(({ methods }) => Object.values(methods));
  if (methods.length === 0) throw badRequest("The REST API doesn't contain any methods");
  if (methods.some(({ methodIntegration }) => !methodIntegration))
    throw badRequest("No integration defined for method");
  const { resources, gatewayResponses } = api;
  const snapshot = structuredClone({ resources, gatewayResponses });
  const { description, stageDescription, variables } = input;
  // An empty name is none: https://github.com/hashicorp/terraform-provider-aws/issues/1153
  const stageName = input.stageName || undefined;
  const deployment: Deployment = { id: newId(6), description, createdDate: now(), snapshot };
  if (stageName !== undefined) checkStageName(stageName);
  api.deployments[deployment.id] = deployment;
  const stage = stageName === undefined ? undefined : own(api.stages, stageName);
  if (stage) Object.assign(stage, { deploymentId: deployment.id, lastUpdatedDate: now() });
  else if (stageName !== undefined)
    createStage(
      { restApiId: api.id, stageName, deploymentId: deployment.id, description: stageDescription, variables },
      context,
    );
  return shownDeployment(deployment);
}

function shownDeployment({ snapshot, createdDate, ...rest }: Deployment, embed: readonly string[] = []) {
  const deployment = { ...rest, createdDate: dateOf(createdDate) };
  if (!embed.includes("apisummary")) return deployment;
  const summary = Object.values(snapshot.resources).map(({ path, methods }) => [
    path,
    Object.fromEntries(
      Object.values(methods).map(({ httpMethod, authorizationType, apiKeyRequired }) => [
        httpMethod,
        { authorizationType, apiKeyRequired },
      ]),
    ),
  ]);
  return { ...deployment, apiSummary: Object.fromEntries(summary) };
}
