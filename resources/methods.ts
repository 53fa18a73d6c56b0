/** The REST API's methods and error documents as data, in one shape for what is wanted and what exists. */
import type { Method as ApiMethod, IntegrationType } from "@aws-sdk/client-api-gateway";
import type { Stack } from "../stack.ts";

export interface Method {
  authorizationType: string;
  apiKeyRequired: boolean;
  integration: Integration;
  /** Status -> the headers that the method may answer. */
  responses: Record<string, Record<string, boolean>>;
}

interface Integration {
  type: IntegrationType;
  httpMethod?: string;
  uri?: string;
  requestTemplates?: Record<string, string>;
  /** Status -> the headers, as quoted constants, and the body. */
  responses: Record<
    string,
    { responseParameters: Record<string, string>; responseTemplates?: Record<string, string> }
  >;
}

export interface ErrorDocument {
  statusCode?: string;
  responseParameters: Record<string, string>;
  responseTemplates: Record<string, string>;
}

/** Headers of an answer by API Gateway itself. */
type Headers = Record<string, string>;

const JSON_TYPE = "application/json";

/** The wanted methods of /items, by verb. */
export function methods(stack: Stack, allowedOrigin: string): Record<string, Method> {
  const cors = { "Access-Control-Allow-Origin": allowedOrigin };
  const allowed = [...stack.api.methods, "OPTIONS"].join(",");
  const preflight = {
    ...cors,
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Allow-Methods": allowed,
    "Access-Control-Max-Age": `${stack.api.preflightMaxAgeSeconds}`,
  };
  const notAllowed = errorText("method_not_allowed", `Use one of ${allowed}.`);
  return {
    ...Object.fromEntries(stack.api.methods.map(verb => [verb, toFunction(stack)])),
    OPTIONS: fixedAnswer("204", preflight),
    ANY: fixedAnswer("405", { ...cors, Allow: allowed }, notAllowed),
  };
}

/**
 * The request goes to the function whole, and its answer back.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
function toFunction({ partition, region, lambda }: Stack): Method {
  const uri = `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${lambda.arn}/invocations`;
  return {
    authorizationType: "NONE",
    apiKeyRequired: false,
    integration: { type: "AWS_PROXY", httpMethod: "POST", uri, responses: {} },
    responses: {},
  };
}

/**
 * API Gateway answers by itself: a mock integration.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */
function fixedAnswer(status: string, headers: Headers, body?: string): Method {
  const name = (header: string) => `method.response.header.${header}`;
  const values = Object.entries(headers).map(([header, value]) => [name(header), `'${value}'`]);
  return {
    authorizationType: "NONE",
    apiKeyRequired: false,
    integration: {
      type: "MOCK",
      requestTemplates: { [JSON_TYPE]: `{"statusCode": ${status}}` },
      responses: {
        [status]: {
          responseParameters: Object.fromEntries(values),
          ...(body ? { responseTemplates: { [JSON_TYPE]: body } } : {}),
        },
      },
    },
    responses: { [status]: Object.fromEntries(Object.keys(headers).map(header => [name(header), false])) },
  };
}

/**
 * API Gateway's own errors, in the shape of the function's and with CORS headers: without these a page can't
 * read them. https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export function errorDocuments(stack: Stack, allowedOrigin: string): Record<string, ErrorDocument> {
  const cors = {
    "Access-Control-Allow-Origin": allowedOrigin,
    "Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
  };
  const document = (
    headers: Headers,
    code: string,
    message?: string,
    statusCode?: string,
  ): ErrorDocument => ({
    ...(statusCode ? { statusCode } : {}),
    responseParameters: Object.fromEntries(
      Object.entries(headers).map(([header, value]) => [`gatewayresponse.header.${header}`, `'${value}'`]),
    ),
    responseTemplates: { [JSON_TYPE]: errorText(code, message) },
  });
  return {
    DEFAULT_4XX: document(cors, "refused"),
    DEFAULT_5XX: document(cors, "unavailable"),
    MISSING_AUTHENTICATION_TOKEN: document(
      cors,
      "not_found",
      `There is only /${stack.api.path} here.`,
      "404",
    ),
    THROTTLED: document(
      { ...cors, "Retry-After": "1" },
      "throttled",
      "Too many requests: try again in a second.",
      "429",
    ),
  };
}

/** The body of an error; without a message, API Gateway's own, which comes with its quotes. */
const errorText = (code: string, message?: string) =>
  `{"error":{"code":"${code}","message":${message ? JSON.stringify(message) : "$context.error.messageString"}}}`;

/** An existing method in the shape of a wanted one. */
export function methodOf({
  authorizationType,
  apiKeyRequired,
  methodIntegration,
  methodResponses,
}: ApiMethod): Method {
  const { type, httpMethod, uri, requestTemplates, integrationResponses = {} } = methodIntegration ?? {};
  const responses = Object.entries(integrationResponses).map(([status, answer]) => [
    status,
    {
      responseParameters: answer.responseParameters ?? {},
      ...(hasKeys(answer.responseTemplates) ? { responseTemplates: answer.responseTemplates } : {}),
    },
  ]);
  return {
    authorizationType: authorizationType ?? "",
    apiKeyRequired: apiKeyRequired ?? false,
    integration: {
      type: type as IntegrationType,
      ...(type === "MOCK" ? {} : { httpMethod, uri }),
      ...(hasKeys(requestTemplates) ? { requestTemplates } : {}),
      responses: Object.fromEntries(responses),
    },
    responses: Object.fromEntries(
      Object.entries(methodResponses ?? {}).map(([status, answer]) => [
        status,
        answer.responseParameters ?? {},
      ]),
    ),
  };
}

const hasKeys = (map: object | undefined) => Object.keys(map ?? {}).length > 0;
