/** What a REST API is made of, as it is kept. */
import type * as sdk from "@aws-sdk/client-api-gateway";

export type Strings = Record<string, string>;

export interface IntegrationResponse {
  statusCode: string;
  selectionPattern?: string;
  responseParameters?: Strings;
  responseTemplates?: Strings;
}

export interface Integration {
  type: "AWS_PROXY" | "MOCK";
  connectionType?: "INTERNET";
  httpMethod?: string;
  uri?: string;
  requestTemplates?: Strings;
  passthroughBehavior: string;
  timeoutInMillis: number;
  cacheNamespace: string;
  cacheKeyParameters: string[];
  integrationResponses?: Record<string, IntegrationResponse>;
}

export interface MethodResponse {
  statusCode: string;
  responseParameters?: Record<string, boolean>;
  responseModels?: Strings;
}

export interface Method {
  httpMethod: string;
  authorizationType: string;
  apiKeyRequired: boolean;
  operationName?: string;
  requestParameters?: Record<string, boolean>;
  requestModels?: Strings;
  methodResponses?: Record<string, MethodResponse>;
  methodIntegration?: Integration;
}

export interface ApiResource {
  id: string;
  parentId?: string;
  pathPart?: string;
  path: string;
  methods: Record<string, Method>;
}

export interface GatewayResponse {
  responseType: sdk.GatewayResponseType;
  statusCode?: string;
  responseParameters: Strings;
  responseTemplates: Strings;
}

/** What a deployment freezes. */
export interface Snapshot {
  resources: Record<string, ApiResource>;
  gatewayResponses: Record<string, GatewayResponse>;
}

export interface Deployment {
  id: string;
  description?: string;
  /** Seconds since the epoch. */
  createdDate: number;
  snapshot: Snapshot;
}

export interface MethodSetting {
  /** Of both, -1 is no limit. */
  throttlingRateLimit: number;
  throttlingBurstLimit: number;
  loggingLevel?: "OFF";
}

export interface Stage {
  stageName: string;
  deploymentId: string;
  description?: string;
  variables?: Strings;
  tags: Strings;
  /** By "items/GET", or "*\/*" for all methods. */
  methodSettings: Record<string, MethodSetting>;
  createdDate: number;
  lastUpdatedDate: number;
  /** Milliseconds since the epoch: it does not answer before. */
  servedFrom: number;
}

export interface RestApi extends Snapshot {
  id: string;
  region: string;
  name: string;
  description?: string;
  createdDate: number;
  apiKeySource: sdk.ApiKeySourceType;
  endpointConfiguration: { types: sdk.EndpointType[]; ipAddressType: sdk.IpAddressType };
  disableExecuteApiEndpoint: boolean;
  securityPolicy?: sdk.SecurityPolicy;
  endpointAccessMode?: sdk.EndpointAccessMode;
  /** Milliseconds since the epoch: its status is UPDATING before. */
  updatingUntil?: number;
  rootResourceId: string;
  tags: Strings;
  deployments: Record<string, Deployment>;
  stages: Record<string, Stage>;
}
