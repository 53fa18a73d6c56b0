/** API Gateway's operations on methods and the answers that they declare. */

import { type Context, type Input, notImplemented, type Operation } from "../service.ts";
import { applyPatches, requireReplace } from "./patch.ts";
import {
  badRequest,
  checkStatusCode,
  conflict,
  type Method,
  type MethodResponse,
  methodOf,
  notFound,
  own,
  resourceOf,
} from "./state.ts";

const TARGET = ["restApiId", "resourceId", "method"];
const HTTP_METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];

export const methodOperations: Record<string, Operation> = {
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
      delete resourceOf(input, context).methods[input.method];
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

function putMethod(input: Input, context: Context): Method {
  const { methods } = resourceOf(input, context);
  if (!HTTP_METHODS.includes(input.method))
    throw badRequest(`Invalid HttpMethod specified. Valid options are ${HTTP_METHODS}`);
  if (Object.hasOwn(methods, input.method)) throw conflict("Method already exists for this resource");
  const method: Method = {
    httpMethod: input.method,
    authorizationType: authorization(input.authorizationType),
    apiKeyRequired: withoutKey(input.apiKeyRequired ?? false),
    operationName: input.operationName,
    requestParameters: input.requestParameters,
    requestModels: input.requestModels,
  };
  methods[input.method] = method;
  return method;
}

function authorization(type: string | undefined): string {
  if (!type) throw badRequest("Invalid authorization type specified");
  if (type !== "NONE") throw notImplemented(`the authorization type ${type} of methods`);
  return type;
}

function withoutKey(required: boolean): boolean {
  if (required) throw notImplemented("API keys");
  return required;
}

function updateMethod(input: Input, context: Context): Method {
  const method = methodOf(input, context);
  const changed = { ...method };
  applyPatches(input, patch => {
    requireReplace(patch);
    if (patch.path === "/authorizationType") changed.authorizationType = authorization(patch.value);
    else if (patch.path === "/apiKeyRequired") changed.apiKeyRequired = withoutKey(patch.value === "true");
    else if (patch.path === "/operationName") changed.operationName = patch.value;
    else return false;
    return true;
  });
  return Object.assign(method, changed);
}

function putMethodResponse(input: Input, context: Context): MethodResponse {
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

function methodResponseOf(input: Input, context: Context): MethodResponse {
  checkStatusCode(input.statusCode);
  const response = own(methodOf(input, context).methodResponses, input.statusCode);
  if (!response) throw notFound("Invalid Response status code specified");
  return response;
}
