/** API Gateway's operations on integrations: who answers a method, and how its answer is mapped. */

import type * as sdk from "@aws-sdk/client-api-gateway";
import { checkMapping, checkTemplates } from "../execute-api/mapping.ts";
import { type Context, notImplemented } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { badRequest, checkStatusCode, notFound } from "./errors.ts";
import { applyPatches, requireReplace } from "./patch.ts";
import type { Integration, IntegrationResponse, Method } from "./rest-api.ts";
import { integrationOf, type MethodKey, methodOf, own } from "./state.ts";

const TARGET = ["restApiId", "resourceId", "httpMethod"] as const;
const PASSTHROUGH = ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];
const LAMBDA_URI =
  /^arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path\/2015-03-31\/functions\/(arn:[^/]+)\/invocations$/;

export const integrationOperations: Operations<typeof sdk> = {
  PutIntegration: {
    params: [
      ...TARGET,
      "type",
      "integrationHttpMethod",
      "uri",
      "connectionType",
      "requestTemplates",
      "passthroughBehavior",
      "timeoutInMillis",
      "cacheNamespace",
      "cacheKeyParameters",
    ],
    run: putIntegration,
  },
  GetIntegration: { params: TARGET, run: integrationOf },
  UpdateIntegration: { params: [...TARGET, "patchOperations"], run: updateIntegration },
  DeleteIntegration: {
    params: TARGET,
    run(input, context) {
      integrationOf(input, context);
      delete methodOf(input, context).methodIntegration;
    },
  },
  PutIntegrationResponse: {
    params: [...TARGET, "statusCode", "selectionPattern", "responseParameters", "responseTemplates"],
    run: putIntegrationResponse,
  },
  GetIntegrationResponse: { params: [...TARGET, "statusCode"], run: integrationResponseOf },
  DeleteIntegrationResponse: {
    params: [...TARGET, "statusCode"],
    run(input, context) {
      const { statusCode } = integrationResponseOf(input, context);
      delete integrationOf(input, context).integrationResponses?.[statusCode];
    },
  },
};

/** The function that an integration's URI invokes, or undefined for a URI of another kind. */
export const functionArnOf = (uri: string | undefined): string | undefined => LAMBDA_URI.exec(uri ?? "")?.[1];

function putIntegration(input: Given<sdk.PutIntegrationCommandInput>, context: Context): Integration {
  const method = methodOf(input, context);
  const integration: Integration = {
    type: typeOf(input.type),
    httpMethod: input.integrationHttpMethod,
    uri: input.uri,
    connectionType: connectionOf(input.connectionType),
    requestTemplates: input.requestTemplates,
    passthroughBehavior: passthroughOf(input.passthroughBehavior ?? "WHEN_NO_MATCH"),
    timeoutInMillis: timeoutOf(input.timeoutInMillis ?? 29_000),
    cacheNamespace: input.cacheNamespace ?? input.resourceId,
    cacheKeyParameters: input.cacheKeyParameters ?? [],
  };
  checkTemplates(input.requestTemplates);
  if (integration.type === "AWS_PROXY") checkProxy(integration);
  method.methodIntegration = integration;
  return integration;
}

function typeOf(type: string): Integration["type"] {
  if (type === "AWS_PROXY" || type === "MOCK") return type;
  if (!type) throw badRequest("Enumeration value for Type must be non-empty");
  throw notImplemented(`the integration type ${type}`);
}

function connectionOf(type: string | undefined): Integration["connectionType"] {
  if (type === undefined || type === "INTERNET") return type;
  if (type === "VPC_LINK") throw notImplemented(`the connection type ${type} of integrations`);
  throw badRequest("Invalid ConnectionType specified. Valid options are INTERNET,VPC_LINK");
}

function checkProxy({ httpMethod, uri }: Integration): void {
  if (!httpMethod) throw badRequest("Enumeration value for HttpMethod must be non-empty");
  if (!functionArnOf(uri)) throw badRequest("Invalid ARN specified in the request");
}

function passthroughOf(behavior: string): string {
  if (!PASSTHROUGH.includes(behavior))
    throw badRequest(`Invalid passthrough behavior specified. Valid options are ${PASSTHROUGH}`);
  return behavior;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
function timeoutOf(milliseconds: number): number {
  if (!(milliseconds >= 50 && milliseconds <= 29_000))
    throw badRequest("Timeout should be between 50 ms and 29000 ms");
  return milliseconds;
}

function updateIntegration(input: Given<sdk.UpdateIntegrationCommandInput>, context: Context): Integration {
  const integration = integrationOf(input, context);
  const changed = { ...integration };
  applyPatches(input, patch => {
    requireReplace(patch);
    const { path, value = "" } = patch;
    if (path === "/uri") changed.uri = value;
    else if (path === "/httpMethod") changed.httpMethod = value;
    else if (path === "/timeoutInMillis") changed.timeoutInMillis = timeoutOf(Number(value));
    else if (path === "/passthroughBehavior") changed.passthroughBehavior = passthroughOf(value);
    else return false;
    return true;
  });
  if (changed.type === "AWS_PROXY") checkProxy(changed);
  return Object.assign(integration, changed);
}

function putIntegrationResponse(
  input: Given<sdk.PutIntegrationResponseCommandInput>,
  context: Context,
): IntegrationResponse {
  checkStatusCode(input.statusCode);
  const method = methodOf(input, context);
  const integration = integrationOf(input, context);
  const { statusCode, selectionPattern, responseParameters, responseTemplates } = input;
  checkTemplates(responseTemplates);
  checkPattern(selectionPattern ?? "");
  checkDestinations(responseParameters ?? {}, statusCode, method);
  const response = { statusCode, selectionPattern, responseParameters, responseTemplates };
  integration.integrationResponses = { ...integration.integrationResponses, [statusCode]: response };
  return response;
}

function checkPattern(pattern: string): void {
  try {
    new RegExp(pattern);
  } catch {
    throw badRequest("Invalid selection pattern specified");
  }
}

/** A mapping may only fill headers that the method's response declares. */
function checkDestinations(mappings: Record<string, string>, statusCode: string, method: Method): void {
  const response = own(method.methodResponses, statusCode);
  for (const [destination, source] of Object.entries(mappings)) {
    if (!response) throw invalidMapping("No method response exists for method.");
    if (!Object.hasOwn(response.responseParameters ?? {}, destination))
      throw invalidMapping(`Invalid mapping expression parameter specified: ${destination}`);
    checkMapping(source);
  }
}

const invalidMapping = (error: string) =>
  badRequest(`Invalid mapping expression specified: Validation Result: warnings : [], errors : [${error}]`);

function integrationResponseOf(
  input: MethodKey & { statusCode: string },
  context: Context,
): IntegrationResponse {
  checkStatusCode(input.statusCode);
  const response = own(integrationOf(input, context).integrationResponses, input.statusCode);
  if (!response) throw notFound("Invalid Response status code specified");
  return response;
}
