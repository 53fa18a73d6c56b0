/** Where REST APIs are kept, and how what belongs to them is found. */
import { randomBytes } from "node:crypto";
import { pageOf } from "../page.ts";
import type { Context } from "../service.ts";
import type { World } from "../world.ts";
import { badRequest, notFound } from "./errors.ts";
import type { ApiResource, Deployment, Integration, Method, RestApi, Stage, Strings } from "./rest-api.ts";

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

/** A moment that is kept in seconds since the epoch. */
export const dateOf = (seconds: number): Date => new Date(seconds * 1000);

/** One of a map's own values. */
export const own = <T>(map: Record<string, T> | undefined, key: string): T | undefined =>
  map && Object.hasOwn(map, key) ? map[key] : undefined;

/** What a call must name to be about something. */
export interface ApiKey {
  restApiId: string;
}
export interface ResourceKey extends ApiKey {
  resourceId: string;
}
export interface MethodKey extends ResourceKey {
  httpMethod: string;
}

/** The API that a call is about. */
export function apiOf({ restApiId }: ApiKey, { world, region }: Context): RestApi {
  const api = own(apisIn(world, region), restApiId);
  if (!api) throw notFound(`Invalid API identifier specified ${world.account}:${restApiId}`);
  return api;
}

/** The resource that a call is about. An API that does not exist has no resources either. */
export function resourceOf({ restApiId, resourceId }: ResourceKey, { world, region }: Context): ApiResource {
  const resource = own(own(apisIn(world, region), restApiId)?.resources, resourceId);
  if (!resource) throw notFound("Invalid Resource identifier specified");
  return resource;
}

/** The method that a call is about. */
export function methodOf(input: MethodKey, context: Context): Method {
  const method = own(resourceOf(input, context).methods, input.httpMethod);
  if (!method) throw notFound("Invalid Method identifier specified");
  return method;
}

/** The integration that a call is about. */
export function integrationOf(input: MethodKey, context: Context): Integration {
  const integration = methodOf(input, context).methodIntegration;
  if (!integration) throw notFound("Invalid Integration identifier specified");
  return integration;
}

/** The stage that a call is about. */
export function stageOf(input: ApiKey & { stageName: string }, context: Context): Stage {
  const stage = own(apiOf(input, context).stages, input.stageName);
  if (!stage) throw notFound("Invalid Stage identifier specified");
  return stage;
}

/** The deployment that a call is about. */
export function deploymentOf(input: ApiKey & { deploymentId: string }, context: Context): Deployment {
  const deployment = own(apiOf(input, context).deployments, input.deploymentId);
  if (!deployment) throw notFound("Invalid Deployment identifier specified");
  return deployment;
}

const MAX_PAGE = 500;

/** One page of a list. The position of the next one holds where it starts. */
export function page<Item>(
  all: readonly Item[],
  { position, limit = 25 }: { position?: string; limit?: number },
) {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw badRequest(`Invalid limit specified. The maximum is ${MAX_PAGE}.`);
  const { items, next } = pageOf(all, { token: position, size: limit }, () =>
    badRequest("Invalid position parameter specified."),
  );
  return { items, position: next };
}
