/** API Gateway's operations on gateway responses: the answers that it gives itself. */

import type * as sdk from "@aws-sdk/client-api-gateway";
import { checkMapping, checkTemplates } from "../execute-api/mapping.ts";
import type { Context } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { badRequest, checkStatusCode, notFound, validation } from "./errors.ts";
import type { GatewayResponse } from "./rest-api.ts";
import { apiOf, own, page } from "./state.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
export const GATEWAY_RESPONSES: Record<sdk.GatewayResponseType, string | undefined> = {
  ACCESS_DENIED: "403",
  API_CONFIGURATION_ERROR: "500",
  AUTHORIZER_CONFIGURATION_ERROR: "500",
  AUTHORIZER_FAILURE: "500",
  BAD_REQUEST_BODY: "400",
  BAD_REQUEST_PARAMETERS: "400",
  DEFAULT_4XX: undefined,
  DEFAULT_5XX: undefined,
  EXPIRED_TOKEN: "403",
  INTEGRATION_FAILURE: "504",
  INTEGRATION_TIMEOUT: "504",
  INVALID_API_KEY: "403",
  INVALID_SIGNATURE: "403",
  MISSING_AUTHENTICATION_TOKEN: "403",
  QUOTA_EXCEEDED: "429",
  REQUEST_TOO_LARGE: "413",
  RESOURCE_NOT_FOUND: "404",
  THROTTLED: "429",
  UNAUTHORIZED: "401",
  UNSUPPORTED_MEDIA_TYPE: "415",
  WAF_FILTERED: "403",
};

export const DEFAULT_TEMPLATES = { "application/json": '{"message":$context.error.messageString}' };

export const gatewayResponseOperations: Operations<typeof sdk> = {
  PutGatewayResponse: {
    params: ["restApiId", "responseType", "statusCode", "responseParameters", "responseTemplates"],
    run: putGatewayResponse,
  },
  GetGatewayResponse: {
    params: ["restApiId", "responseType"],
    run: (input, context) => shown(apiOf(input, context).gatewayResponses, typeOf(input)),
  },
  GetGatewayResponses: {
    params: ["restApiId", "position", "limit"],
    run(input, context) {
      const { gatewayResponses } = apiOf(input, context);
      const types = Object.keys(GATEWAY_RESPONSES) as sdk.GatewayResponseType[];
      return page(
        types.map(type => shown(gatewayResponses, type)),
        input,
      );
    },
  },
  DeleteGatewayResponse: {
    params: ["restApiId", "responseType"],
    run(input, context) {
      const { gatewayResponses } = apiOf(input, context);
      const type = typeOf(input);
      if (!own(gatewayResponses, type)) throw notFound("Gateway response type not defined on api");
      delete gatewayResponses[type];
    },
  },
};

/**
 * A type that was not customised shows what its family's default was given.
 * https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_api.snapshot.json
 * has what AWS answered (test_gateway_response_put).
 */
function shown(customised: Record<string, GatewayResponse>, responseType: sdk.GatewayResponseType) {
  const response = own(customised, responseType);
  if (response) return { ...response, defaultResponse: false };
  const status = GATEWAY_RESPONSES[responseType];
  const family = own(customised, `DEFAULT_${status?.charAt(0)}XX`);
  return {
    responseType,
    statusCode: family?.statusCode ?? status,
    responseParameters: family?.responseParameters ?? {},
    responseTemplates: family?.responseTemplates ?? DEFAULT_TEMPLATES,
    defaultResponse: true,
  };
}

function typeOf({ responseType }: { responseType: sdk.GatewayResponseType }): sdk.GatewayResponseType {
  if (!Object.hasOwn(GATEWAY_RESPONSES, responseType))
    throw validation(
      `1 validation error detected: Value '${responseType}' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [${Object.keys(GATEWAY_RESPONSES).join(", ")}]`,
    );
  return responseType;
}

function putGatewayResponse(input: Given<sdk.PutGatewayResponseCommandInput>, context: Context) {
  const { gatewayResponses } = apiOf(input, context);
  const responseType = typeOf(input);
  const { statusCode, responseParameters = {}, responseTemplates = DEFAULT_TEMPLATES } = input;
  checkStatusCode(statusCode);
  checkTemplates(responseTemplates);
  for (const [destination, source] of Object.entries(responseParameters)) {
    if (!/^gatewayresponse\.header\.[!-~]+$/.test(destination))
      throw badRequest(`Invalid mapping expression specified: ${destination}`);
    checkMapping(source);
  }
  const own = statusCode ?? GATEWAY_RESPONSES[responseType];
  gatewayResponses[responseType] = { responseType, statusCode: own, responseParameters, responseTemplates };
  return shown(gatewayResponses, responseType);
}
