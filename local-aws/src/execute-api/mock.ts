/** Mock integrations: API Gateway answers by itself, as its templates say. */
import type { Integration, IntegrationResponse, Method } from "../apigateway/rest-api.ts";
import { own } from "../apigateway/state.ts";
import type { WireResponse } from "../service.ts";
import { type Failure, MISCONFIGURED, UNSUPPORTED_MEDIA_TYPE } from "./failure.ts";
import { mapped, renderTemplate, type Variables } from "./mapping.ts";
import type { ApiRequest } from "./request.ts";

const JSON_TYPE = "application/json";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html */
export function answerMock(
  method: Method,
  integration: Integration,
  request: ApiRequest,
  variables: Variables,
): WireResponse | Failure {
  const template = requestTemplate(integration, request);
  if (template === undefined) return UNSUPPORTED_MEDIA_TYPE;
  // API Gateway reads JSON with quoted and with bare names.
  const [, status] =
    /^\s*\{\s*["']?statusCode["']?\s*:\s*(\d{3})\b/.exec(renderTemplate(template, variables)) ?? [];
  const chosen = status && responseFor(integration, status);
  if (!chosen || !own(method.methodResponses, chosen.statusCode)) return MISCONFIGURED;
  return respond(chosen, variables);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html */
function requestTemplate(integration: Integration, { headers, body }: ApiRequest): string | undefined {
  const { requestTemplates = {}, passthroughBehavior } = integration;
  const type = headers["content-type"]?.split(";")[0]?.trim() || JSON_TYPE;
  const template = own(requestTemplates, type);
  if (template !== undefined) return template;
  const passes =
    passthroughBehavior === "WHEN_NO_MATCH" ||
    (passthroughBehavior === "WHEN_NO_TEMPLATES" && Object.keys(requestTemplates).length === 0);
  return passes ? body.toString() : undefined;
}

/** The integration response whose pattern matches the status, else the default one, which has no pattern. */
function responseFor(
  { integrationResponses = {} }: Integration,
  status: string,
): IntegrationResponse | undefined {
  const all = Object.values(integrationResponses);
  return (
    all.find(
      ({ selectionPattern }) => selectionPattern && new RegExp(`^(?:${selectionPattern})$`).test(status),
    ) ?? all.find(({ selectionPattern }) => !selectionPattern)
  );
}

function respond(response: IntegrationResponse, variables: Variables): WireResponse {
  const { statusCode, responseParameters = {}, responseTemplates = {} } = response;
  const headers = Object.entries(responseParameters).map(([destination, source]) => [
    destination.slice("method.response.header.".length).toLowerCase(),
    mapped(source, variables),
  ]);
  const [contentType = JSON_TYPE, template = ""] = Object.entries(responseTemplates)[0] ?? [];
  return {
    status: Number(statusCode),
    headers: { "content-type": contentType, ...Object.fromEntries(headers) },
    body: renderTemplate(template, variables),
  };
}
