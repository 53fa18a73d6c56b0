/** API Gateway's control plane for REST APIs. https://docs.aws.amazon.com/apigateway/latest/api/ */
import * as sdk from "@aws-sdk/client-api-gateway";
import { restJsonRefusals } from "../access/refusals.ts";
import type { Service } from "../service.ts";
import { missingMembers } from "../wire/faults.ts";
import { restJson } from "../wire/rest-json.ts";
import { apiOf } from "../wire/schema.ts";
import { apiKeyOperations } from "./api-keys.ts";
import { apiOperations } from "./apis.ts";
import { deploymentOperations } from "./deployments.ts";
import { badRequest } from "./errors.ts";
import { gatewayResponseOperations } from "./gateway-responses.ts";
import { integrationOperations } from "./integrations.ts";
import { methodOperations } from "./methods.ts";
import { resourceOperations } from "./resources.ts";
import { stageOperations } from "./stages.ts";
import { tagOperations } from "./tags.ts";
import { usagePlanKeyOperations } from "./usage-plan-keys.ts";
import { usagePlanOperations } from "./usage-plans.ts";

const api = apiOf(sdk);

/** What API Gateway says of a member that must be there, where that is not what AWS's validation says. */
const MISSING: Record<string, string> = {
  "CreateRestApi name": "Invalid API name specified",
  "CreateResource pathPart": "Resource's path part must be specified",
  "PutMethod authorizationType": "Invalid authorization type specified",
  "PutIntegration type": "Enumeration value for Type must be non-empty",
};

export const apigateway: Service = {
  name: "apigateway",
  api,
  protocol: restJson(api, {
    missing: (members, operation) =>
      badRequest(MISSING[`${operation} ${members[0]}`] ?? missingMembers(members)),
  }),
  operations: {
    ...apiOperations,
    ...tagOperations,
    ...resourceOperations,
    ...methodOperations,
    ...integrationOperations,
    ...gatewayResponseOperations,
    ...deploymentOperations,
    ...stageOperations,
    ...apiKeyOperations,
    ...usagePlanOperations,
    ...usagePlanKeyOperations,
  },
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
  permissions: {
    actionOf: (_operation, { method }) => method,
    resourcesOf: (_input, { region }, { path }) => [`arn:aws:apigateway:${region}::${path}`],
  },
  refusals: restJsonRefusals,
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
  quotas: {
    CreateApiKey: 200,
    CreateDeployment: 5000,
    CreateResource: 200,
    CreateRestApi: 3000,
    DeleteApiKey: 200,
    DeleteRestApi: 30_000,
    GetResources: 400,
    UpdateUsagePlan: 20_000,
  },
};
