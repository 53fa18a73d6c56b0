/** API Gateway's operations on methods and the answers that they declare. */

import type * as sdk from "@aws-sdk/client-api-gateway";
import { type Context, notImplemented } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { badRequest, checkStatusCode, conflict, notFound } from "./errors.ts";
import { applyPatches, requireReplace } from "./patch.ts";
import type { Method, MethodResponse } from "./rest-api.ts";
import { type MethodKey, methodOf, own, resourceOf } from "./state.ts";

const TARGET = ["restApiId", "resourceId", "httpMethod"] as const;
const HTTP_METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];

export const methodOperations: Operations<typeof sdk> = {
  PutMethod: {
    params: [
      ...TARGET,
      "authorizationType",
      "apiKeyRequired",
      "operationName",
      "requestParameters",
      "requestModels",
    ],
    run: putMethod,
  },
  GetMethod: { params: TARGET, run: methodOf },
  UpdateMethod: { params: [...TARGET, "patchOperations"], run: updateMethod },
  DeleteMethod: {
    params: TARGET,
    run(input, context) {
      methodOf(input, context);
      delete resourceOf(input, context).methods[input.httpMethod];
    },
  },
  PutMethodResponse: {
    params: [...TARGET, "statusCode", "responseParameters", "responseModels"],
    run: putMethodResponse,
  },
  GetMethodResponse: { params: [...TARGET, "statusCode"], run: methodResponseOf },
  DeleteMethodResponse: {
    params: [...TARGET, "statusCode"],
    run(input, context) {
      const { statusCode } = methodResponseOf(input, context);
      const method = methodOf(input, context);
      delete method.methodResponses?.[statusCode];
    },
  },
};

function putMethod(input: Given<sdk.PutMethodCommandInput>, context: Context): Method {
  const { methods } = resourceOf(input, context);
  if (!HTTP_METHODS.includes(input.httpMethod))
    throw badRequest(`Invalid HttpMethod specified. Valid options are ${HTTP_METHODS}`);
  if (Object.hasOwn(methods, input.httpMethod)) throw conflict("Method already exists for this resource");
  const method: Method = {
    httpMethod: input.httpMethod,
    authorizationType: authorization(input.authorizationType),
    apiKeyRequired: input.apiKeyRequired ?? false,
    operationName: input.operationName,
    requestParameters: input.requestParameters,
    requestModels: input.requestModels,
  };
  methods[input.httpMethod] = method;
  return method;
}

function authorization(type: string | undefined): string {
  if (!type) throw badRequest("Invalid authorization type specified");
  if (type !== "NONE") throw notImplemented(`the authorization type ${type} of methods`);
  return type;
}

function updateMethod(input: Given<sdk.UpdateMethodCommandInput>, context: Context): Method {
  const method = methodOf(input, context);
  const changed = { ...method };
  applyPatches(input, patch => {
    requireReplace(patch);
    if (patch.path === "/authorizationType") changed.authorizationType = authorization(patch.value);
    else if (patch.path === "/apiKeyRequired") changed.apiKeyRequired = patch.value === "true";
    else if (patch.path === "/operationName") changed.operationName = patch.value;
    else return false;
    return true;
  });
  return Object.assign(method, changed);
}

function putMethodResponse(
  input: Given<sdk.PutMethodResponseCommandInput>,
  context: Context,
): MethodResponse {
  checkStatusCode(input.statusCode);
  const method = methodOf(input, context);
  if (own(method.methodResponses, input.statusCode))
    throw conflict("Response already exists for this resource");
  const { statusCode, responseParameters, responseModels } = input;
  const wrong = Object.keys(responseParameters ?? {}).find(
    name => !/^method\.response\.header\.[!-~]+$/.test(name),
  );
  if (wrong) throw badRequest(`Invalid mapping expression specified: ${wrong}`);
  const response = { statusCode, responseParameters, responseModels };
  method.methodResponses = { ...method.methodResponses, [statusCode]: response };
  return response;
}

function methodResponseOf(input: MethodKey & { statusCode: string }, context: Context): MethodResponse {
  checkStatusCode(input.statusCode);
  const response = own(methodOf(input, context).methodResponses, input.statusCode);
  if (!response) throw notFound("Invalid Response status code specified");
  return response;
}
