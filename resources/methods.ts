/** The REST API's methods: what is wanted, in the shape in which what exists is read; made and removed one by one. */
import {
  type Method as ApiMethod,
  DeleteMethodCommand,
  type IntegrationType,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from "@aws-sdk/client-api-gateway";
import type { Aws } from "../converge/aws.ts";
import { together } from "../converge/resource.ts";
import { siteOrigin } from "../converge/urls.ts";
import type { Stack } from "../stack.ts";

interface Method {
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

/** Where a method is. */
interface Target {
  restApiId: string;
  resourceId: string | undefined;
  httpMethod: string;
}

const JSON_TYPE = "application/json";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings.html */
export function methods(aws: Aws, stack: Stack) {
  const { apigateway } = aws.sdk;
  const wanted = wantedMethods(stack, siteOrigin(aws, stack.bucket.name));

  async function create(target: Target) {
    const { authorizationType, apiKeyRequired, responses, integration } = wanted[target.httpMethod]!;
    const { responses: answers, httpMethod: integrationHttpMethod, ...rest } = integration;
    await apigateway.send(new PutMethodCommand({ ...target, authorizationType, apiKeyRequired }));
    await together(
      apigateway.send(new PutIntegrationCommand({ ...target, ...rest, integrationHttpMethod })),
      ...Object.entries(responses).map(([statusCode, responseParameters]) =>
        apigateway.send(new PutMethodResponseCommand({ ...target, statusCode, responseParameters })),
      ),
    );
    for (const [statusCode, answer] of Object.entries(answers)) {
      await apigateway.send(new PutIntegrationResponseCommand({ ...target, statusCode, ...answer }));
    }
  }

  const remove = (target: Target) => apigateway.send(new DeleteMethodCommand(target));

  return { wanted, read: methodOf, create, remove };
}

/** The methods of /items, by verb. */
function wantedMethods(stack: Stack, allowedOrigin: string): Record<string, Method> {
  const cors = { "Access-Control-Allow-Origin": allowedOrigin };
  const allowed = [...stack.api.methods, "OPTIONS"].join(",");
  const preflight = {
    ...cors,
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Allow-Methods": allowed,
    "Access-Control-Max-Age": `${stack.api.preflightMaxAgeSeconds}`,
  };
  const notAllowed = { error: { code: "method_not_allowed", message: `Use one of ${allowed}.` } };
  return {
    ...Object.fromEntries(stack.api.methods.map(verb => [verb, toFunction(stack)])),
    OPTIONS: fixedAnswer("204", preflight),
    ANY: fixedAnswer("405", { ...cors, Allow: allowed }, JSON.stringify(notAllowed)),
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
function fixedAnswer(status: string, headers: Record<string, string>, body?: string): Method {
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

/** An existing method in the shape of a wanted one. */
function methodOf({
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
