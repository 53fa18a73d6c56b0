/** API Gateway's control plane for REST APIs. https://docs.aws.amazon.com/apigateway/latest/api/ */

import type { Service } from "../service.ts";
import { restJson } from "../wire/json.ts";
import { apiOperations } from "./apis.ts";
import { deploymentOperations } from "./deployments.ts";
import { gatewayResponseOperations } from "./gateway-responses.ts";
import { integrationOperations } from "./integrations.ts";
import { methodOperations } from "./methods.ts";
import { resourceOperations } from "./resources.ts";
import { stageOperations } from "./stages.ts";

const API = "/restapis/{restApiId}";
const RESOURCE = `${API}/resources/{resourceId}`;
// Not {httpMethod}: a body's httpMethod is the integration's.
const METHOD = `${RESOURCE}/methods/{method}`;
const INTEGRATION = `${METHOD}/integration`;
const STAGE = `${API}/stages/{stageName}`;
const DEPLOYMENT = `${API}/deployments/{deploymentId}`;
const GATEWAY_RESPONSE = `${API}/gatewayresponses/{responseType}`;
const TAGS = "/tags/{resourceArn+}";

export const apigateway: Service = {
  name: "apigateway",
  protocol: restJson({
    CreateRestApi: "POST /restapis 201",
    GetRestApis: "GET /restapis 200",
    GetRestApi: `GET ${API} 200`,
    UpdateRestApi: `PATCH ${API} 200`,
    DeleteRestApi: `DELETE ${API} 202`,
    CreateResource: `POST ${RESOURCE} 201`,
    GetResource: `GET ${RESOURCE} 200`,
    GetResources: `GET ${API}/resources 200`,
    DeleteResource: `DELETE ${RESOURCE} 202`,
    PutMethod: `PUT ${METHOD} 201`,
    GetMethod: `GET ${METHOD} 200`,
    UpdateMethod: `PATCH ${METHOD} 200`,
    DeleteMethod: `DELETE ${METHOD} 204`,
    PutMethodResponse: `PUT ${METHOD}/responses/{statusCode} 201`,
    GetMethodResponse: `GET ${METHOD}/responses/{statusCode} 200`,
    DeleteMethodResponse: `DELETE ${METHOD}/responses/{statusCode} 204`,
    PutIntegration: `PUT ${INTEGRATION} 201`,
    GetIntegration: `GET ${INTEGRATION} 200`,
    UpdateIntegration: `PATCH ${INTEGRATION} 200`,
    DeleteIntegration: `DELETE ${INTEGRATION} 204`,
    PutIntegrationResponse: `PUT ${INTEGRATION}/responses/{statusCode} 201`,
    GetIntegrationResponse: `GET ${INTEGRATION}/responses/{statusCode} 200`,
    DeleteIntegrationResponse: `DELETE ${INTEGRATION}/responses/{statusCode} 204`,
    PutGatewayResponse: `PUT ${GATEWAY_RESPONSE} 201`,
    GetGatewayResponse: `GET ${GATEWAY_RESPONSE} 200`,
    GetGatewayResponses: `GET ${API}/gatewayresponses 200`,
    DeleteGatewayResponse: `DELETE ${GATEWAY_RESPONSE} 202`,
    CreateDeployment: `POST ${API}/deployments 201`,
    GetDeployment: `GET ${DEPLOYMENT} 200`,
    GetDeployments: `GET ${API}/deployments 200`,
    DeleteDeployment: `DELETE ${DEPLOYMENT} 202`,
    CreateStage: `POST ${API}/stages 201`,
    GetStage: `GET ${STAGE} 200`,
    GetStages: `GET ${API}/stages 200`,
    UpdateStage: `PATCH ${STAGE} 200`,
    DeleteStage: `DELETE ${STAGE} 202`,
    TagResource: `PUT ${TAGS} 204`,
    UntagResource: `DELETE ${TAGS} 204`,
    GetTags: `GET ${TAGS} 200`,
  }),
  operations: {
    ...apiOperations,
    ...resourceOperations,
    ...methodOperations,
    ...integrationOperations,
    ...gatewayResponseOperations,
    ...deploymentOperations,
    ...stageOperations,
  },
};
