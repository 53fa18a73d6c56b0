/** What API Gateway keeps of REST APIs, and how it is found. */
import { randomBytes } from "node:crypto";
import { AwsError, type Context, type Input } from "../service.ts";
import type { World } from "../world.ts";

type Strings = Record<string, string>;

export interface IntegrationResponse {
  statusCode: string;
  selectionPattern?: string;
  responseParameters?: Strings;
  responseTemplates?: Strings;
}

export interface Integration {
  type: "AWS_PROXY" | "MOCK";
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
  responseType: string;
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
  createdDate: number;
  snapshot: Snapshot;
}

export interface MethodSetting {
  throttlingRateLimit: number;
  throttlingBurstLimit: number;
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
  apiKeySource: string;
  endpointConfiguration: { types: string[]; ipAddressType: string };
  disableExecuteApiEndpoint: boolean;
  securityPolicy?: string;
  endpointAccessMode?: string;
  /** Milliseconds since the epoch: its status is UPDATING before. */
  updatingUntil?: number;
  rootResourceId: string;
  tags: Strings;
  deployments: Record<string, Deployment>;
  stages: Record<string, Stage>;
}

/** All REST APIs of a region by id. */
export const apisIn = (world: World, region: string): Record<string, RestApi> =>
  world.state(`apigateway:${region}`, () => ({ apis: {} as Record<string, RestApi> })).apis;

/** The region of each API: ids are unique among all regions. */
export const regionsOfApis = (world: World): Strings => world.state("apigateway", () => ({}) as Strings);

/** An id as API Gateway makes them: ten letters and digits for an API, six for what belongs to it. */
export const newId = (length: number): string =>
  BigInt(`0x${randomBytes(16).toString("hex")}`)
    .toString(36)
    .padStart(length, "0")
    .slice(-length);

/** Seconds since the epoch. */
export const now = (): number => Date.now() / 1000;

const failure = (code: string, status: number) => (message: string) => new AwsError(code, status, message);

export const badRequest = failure("BadRequestException", 400);
export const conflict = failure("ConflictException", 409);
export const notFound = failure("NotFoundException", 404);
export const validation = failure("ValidationException", 400);

/** One of a map's own values. */
export const own = <T>(map: Record<string, T> | undefined, key: string): T | undefined =>
  map && Object.hasOwn(map, key) ? map[key] : undefined;

/** The API that a call is about. */
export function apiOf({ restApiId }: Input, { world, region }: Context): RestApi {
  const api = own(apisIn(world, region), restApiId);
  if (!api) throw notFound(`Invalid API identifier specified ${world.account}:${restApiId}`);
  return api;
}

/** The resource that a call is about. An API that does not exist has no resources either. */
export function resourceOf({ restApiId, resourceId }: Input, { world, region }: Context): ApiResource {
  const resource = own(own(apisIn(world, region), restApiId)?.resources, resourceId);
  if (!resource) throw notFound("Invalid Resource identifier specified");
  return resource;
}

/** The method that a call is about. */
export function methodOf(input: Input, context: Context): Method {
  const method = own(resourceOf(input, context).methods, input.method);
  if (!method) throw notFound("Invalid Method identifier specified");
  return method;
}

/** The integration that a call is about. */
export function integrationOf(input: Input, context: Context): Integration {
  const integration = methodOf(input, context).methodIntegration;
  if (!integration) throw notFound("Invalid Integration identifier specified");
  return integration;
}

/** The stage that a call is about. */
export function stageOf(input: Input, context: Context): Stage {
  const stage = own(apiOf(input, context).stages, input.stageName);
  if (!stage) throw notFound("Invalid Stage identifier specified");
  return stage;
}

/** The deployment that a call is about. */
export function deploymentOf(input: Input, context: Context): Deployment {
  const deployment = own(apiOf(input, context).deployments, input.deploymentId);
  if (!deployment) throw notFound("Invalid Deployment identifier specified");
  return deployment;
}

const MAX_PAGE = 500;

/** One page of a list. The position of the next one holds where it starts. */
export function page<Item>(all: Item[], { position, limit = 25 }: Input) {
  const size = Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE)
    throw badRequest(`Invalid limit specified. The maximum is ${MAX_PAGE}.`);
  const start = position === undefined ? 0 : Number(Buffer.from(position, "base64url").toString());
  if (!Number.isInteger(start) || start < 0) throw badRequest("Invalid position parameter specified.");
  const end = start + size;
  const next = end < all.length ? Buffer.from(String(end)).toString("base64url") : undefined;
  return { item: all.slice(start, end), position: next };
}

/** Refuses a status code that is none. */
export function checkStatusCode(statusCode: string | undefined): void {
  if (statusCode !== undefined && !/^[1-5]\d\d$/.test(statusCode))
    throw validation(
      `1 validation error detected: Value '${statusCode}' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d`,
    );
}
