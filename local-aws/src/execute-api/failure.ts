/** The answers that API Gateway gives itself, as the deployed gateway responses word them. */
import type { GatewayResponseType } from "@aws-sdk/client-api-gateway";
import { DEFAULT_TEMPLATES, GATEWAY_RESPONSES } from "../apigateway/gateway-responses.ts";
import type { GatewayResponse, Snapshot } from "../apigateway/rest-api.ts";
import { own } from "../apigateway/state.ts";
import type { WireResponse } from "../service.ts";
import { mapped, renderTemplate, type Variables } from "./mapping.ts";

/** Why API Gateway itself answers a request. */
export interface Failure {
  /** The type of its gateway response. */
  type: GatewayResponseType;
  /** The x-amzn-errortype header. */
  error: string;
  message: string;
  /** Where it differs from the type's own. */
  status?: number;
  /** What only whoever looks inside is told. */
  why?: string;
}

export const UNKNOWN_ROUTE: Failure = {
  type: "MISSING_AUTHENTICATION_TOKEN",
  error: "MissingAuthenticationTokenException",
  message: "Missing Authentication Token",
};
export const INVALID_API_KEY: Failure = {
  type: "INVALID_API_KEY",
  error: "ForbiddenException",
  message: "Forbidden",
};
export const THROTTLED: Failure = {
  type: "THROTTLED",
  error: "TooManyRequestsException",
  message: "Too Many Requests",
};
export const MALFORMED_QUERY: Failure = {
  type: "BAD_REQUEST_PARAMETERS",
  error: "BadRequestException",
  message: "Bad Request",
};
export const BODY_TOO_LARGE: Failure = {
  type: "REQUEST_TOO_LARGE",
  error: "RequestTooLargeException",
  message: "Request Too Long",
};
export const UNSUPPORTED_MEDIA_TYPE: Failure = {
  type: "UNSUPPORTED_MEDIA_TYPE",
  error: "BadRequestException",
  message: "Unsupported Media Type",
};
export const INTEGRATION_TIMEOUT: Failure = {
  type: "INTEGRATION_TIMEOUT",
  error: "InternalServerErrorException",
  message: "Endpoint request timed out",
};
/** "Execution failed due to configuration error". */
export const MISCONFIGURED: Failure = {
  type: "API_CONFIGURATION_ERROR",
  error: "InternalServerErrorException",
  message: "Internal server error",
};
/** "Malformed Lambda proxy response", an error of the function included. */
export const BAD_GATEWAY: Failure = { ...MISCONFIGURED, status: 502 };

const statusOf = ({ status, type }: Failure): number => status ?? Number(GATEWAY_RESPONSES[type]);

/**
 * The API's gateway response for a failure: its own type's, else DEFAULT_4XX or DEFAULT_5XX.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
export function responseFor(
  { gatewayResponses }: Snapshot,
  failure: Failure,
): { name?: string; response: Partial<GatewayResponse> } {
  const family = statusOf(failure) < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX";
  const name = [failure.type, family].find(type => own(gatewayResponses, type));
  return { name, response: (name && own(gatewayResponses, name)) || {} };
}

/** A failure as the API's gateway responses word it. */
export function gatewayResponse(snapshot: Snapshot, failure: Failure, context: Variables): WireResponse {
  const {
    responseParameters = {},
    responseTemplates = DEFAULT_TEMPLATES,
    statusCode = statusOf(failure),
  } = responseFor(snapshot, failure).response;
  const variables = {
    ...context,
    "error.message": failure.message,
    "error.messageString": JSON.stringify(failure.message),
    "error.responseType": failure.type,
  };
  const [contentType = "application/json", template = ""] = Object.entries(responseTemplates)[0] ?? [];
  const headers = Object.entries(responseParameters).map(([destination, source]) => [
    destination.slice("gatewayresponse.header.".length).toLowerCase(),
    mapped(source, variables),
  ]);
  return {
    status: Number(statusCode),
    headers: {
      "content-type": contentType,
      "x-amzn-errortype": failure.error,
      ...Object.fromEntries(headers),
    },
    body: renderTemplate(template, variables),
  };
}

/** The answer where no API is: no gateway response is known. */
export const forbidden: WireResponse = {
  status: 403,
  headers: { "content-type": "application/json", "x-amzn-errortype": "ForbiddenException" },
  body: JSON.stringify({ message: "Forbidden" }),
};

/** Refused before API Gateway knows for which API it is, hence without its gateway responses' headers. */
export const headTooLarge: WireResponse = {
  status: 414,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ message: "Request-URI Too Long" }),
};
