/**
 * What the REST API answers: its methods and its error documents. This is API Gateway's working copy; the
 * world sees it only once stage.ts has deployed it.
 */
import { createHash } from "node:crypto";
import {
  type Method as ApiMethod,
  type Resource as ApiResource,
  CreateResourceCommand,
  DeleteGatewayResponseCommand,
  DeleteResourceCommand,
  type GatewayResponse,
  type GatewayResponseType,
  GetGatewayResponsesCommand,
  GetResourcesCommand,
  PutGatewayResponseCommand,
} from "@aws-sdk/client-api-gateway";
import type { Aws } from "../converge/aws.ts";
import { type Known, orAbsent, type Resource, type Write } from "../converge/resource.ts";
import { siteOrigin } from "../converge/urls.ts";
import type { Stack } from "../stack.ts";

interface RoutesState {
  restApiId: string;
  /** The ids of "/" and "/items". */
  ids: Record<string, string>;
  /** Paths that are not ours to serve, with their ids. */
  otherPaths: Record<string, string>;
  /** By verb and path: "GET /items". */
  methods: Record<string, object>;
  errorDocuments: Record<string, ErrorDocument>;
  /** Names what they are wanted to be, so that what was deployed of them can be told from what was of others. */
  digest: string;
}

interface RoutesNeeds {
  api: Known<{ id: string; rootId: string | undefined }>;
}

export interface ErrorDocument {
  statusCode?: string;
  responseParameters: Record<string, string>;
  responseTemplates: Record<string, string>;
}

/** How the methods of the one path are wanted, read, made and removed. */
interface Methods {
  wanted: Record<string, object>;
  read: (method: ApiMethod) => object;
  create: (target: Target) => Promise<unknown>;
  remove: (target: Target) => Promise<unknown>;
}

interface Target {
  restApiId: string;
  resourceId: string | undefined;
  httpMethod: string;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html */
export function apiRoutes(aws: Aws, stack: Stack, methods: Methods): Resource<RoutesState, RoutesNeeds> {
  const { apigateway } = aws.sdk;
  const path = `/${stack.api.path}`;
  const wantedMethods = withPath(path, methods.wanted);
  const wantedDocuments = errorDocuments(stack, siteOrigin(aws, stack.bucket.name));
  const digest = digestOf([methods.wanted, wantedDocuments]);

  async function resources(restApiId: string): Promise<ApiResource[]> {
    const { items = [] } = await apigateway.send(
      new GetResourcesCommand({ restApiId, embed: ["methods"], limit: 500 }),
    );
    return items;
  }

  async function read({ api }: RoutesNeeds): Promise<RoutesState | undefined> {
    const restApiId = (await api())?.id;
    if (restApiId === undefined) return undefined;
    const [all, documents] = await Promise.all([
      resources(restApiId),
      apigateway.send(new GetGatewayResponsesCommand({ restApiId, limit: 500 })),
    ]);
    const isServed = (resource: ApiResource) => resource.path === "/" || resource.path === path;
    const served = all.filter(isServed);
    if (!served.some(resource => resource.path === path)) return undefined;
    return {
      restApiId,
      ids: idsOf(served),
      otherPaths: idsOf(all.filter(resource => !isServed(resource))),
      methods: Object.assign({}, ...served.map(methodsOf)),
      errorDocuments: customised(documents.items ?? []),
      digest,
    };
  }

  const methodsOf = ({ path, resourceMethods = {} }: ApiResource) =>
    withPath(path!, mapValues(resourceMethods, methods.read));

  async function create({ api }: RoutesNeeds): Promise<RoutesState> {
    const { id: restApiId, rootId } = (await api())!;
    const parentId = rootId ?? idsOf(await resources(restApiId))["/"];
    const { id } = await apigateway.send(
      new CreateResourceCommand({ restApiId, parentId, pathPart: stack.api.path }),
    );
    return { restApiId, ids: { [path]: id! }, otherPaths: {}, methods: {}, errorDocuments: {}, digest };
  }

  /** Paths below another one go with it, so some may be gone already. */
  async function removePaths({ restApiId, otherPaths }: RoutesState) {
    for (const resourceId of Object.values(otherPaths)) {
      const removal = apigateway.send(new DeleteResourceCommand({ restApiId, resourceId }));
      await orAbsent(removal, "NotFoundException");
    }
  }

  /** A method cannot be put over another one: the working copy, not the stage, lacks it for a moment. */
  function methodSetting(route: string, { restApiId, ids, methods: found }: RoutesState): Write {
    const [httpMethod, at] = route.split(" ") as [string, string];
    const target = { restApiId, resourceId: ids[at], httpMethod };
    const [actual, wanted] = [found[route], wantedMethods[route]];
    const call = async () => {
      if (actual) await methods.remove(target);
      if (wanted) await methods.create(target);
    };
    return { name: route, actual, wanted, call, independent: true };
  }

  function documentSetting(type: string, { restApiId, errorDocuments }: RoutesState): Write {
    const [actual, wanted] = [errorDocuments[type], wantedDocuments[type]];
    const target = { restApiId, responseType: type as GatewayResponseType };
    const call = (): Promise<unknown> =>
      wanted
        ? apigateway.send(new PutGatewayResponseCommand({ ...target, ...wanted }))
        : apigateway.send(new DeleteGatewayResponseCommand(target));
    return { name: `gateway response ${type}`, actual, wanted, call, independent: true };
  }

  const settings = (state: RoutesState): Write[] => [
    { name: "other paths", actual: keysOf(state.otherPaths), wanted: [], call: () => removePaths(state) },
    ...keysOf(wantedMethods, state.methods).map(route => methodSetting(route, state)),
    ...keysOf(wantedDocuments, state.errorDocuments).map(type => documentSetting(type, state)),
  ];

  return { type: "routes", name: path, read, create, settings };
}

/**
 * API Gateway's own errors, in the shape of the function's and with CORS headers: without these a page can't
 * read them. https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export function errorDocuments({ api }: Stack, allowedOrigin: string): Record<string, ErrorDocument> {
  const cors = {
    "Access-Control-Allow-Origin": allowedOrigin,
    "Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
  };
  const again = { ...cors, "Retry-After": "1" };
  const nothing = `There is only /${api.path} here.`;
  return {
    DEFAULT_4XX: document(cors, "refused"),
    DEFAULT_5XX: document(cors, "unavailable"),
    MISSING_AUTHENTICATION_TOKEN: document(cors, "not_found", nothing, "404"),
    THROTTLED: document(again, "throttled", "Too many requests: try again in a second.", "429"),
  };
}

/** Without a message, it is API Gateway's own, which comes with its quotes. */
function document(headers: Record<string, string>, code: string, message?: string, statusCode?: string) {
  const text = message ? JSON.stringify(message) : "$context.error.messageString";
  const name = (header: string) => `gatewayresponse.header.${header}`;
  const values = Object.entries(headers).map(([header, value]) => [name(header), `'${value}'`]);
  return {
    ...(statusCode ? { statusCode } : {}),
    responseParameters: Object.fromEntries(values),
    responseTemplates: { "application/json": `{"error":{"code":"${code}","message":${text}}}` },
  };
}

const digestOf = (wanted: unknown) =>
  `Routes ${createHash("sha256").update(JSON.stringify(wanted)).digest("hex").slice(0, 32)}`;

const keysOf = (...maps: object[]) => [...new Set(maps.flatMap(Object.keys))];

const mapValues = <From, To>(map: Record<string, From>, to: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, to(value)]));

const withPath = <T>(path: string, byVerb: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(byVerb).map(([verb, method]) => [`${verb} ${path}`, method]));

const idsOf = (resources: ApiResource[]): Record<string, string> =>
  Object.fromEntries(resources.map(({ path, id }) => [path!, id!]));

const customised = (all: GatewayResponse[]): Record<string, ErrorDocument> =>
  Object.fromEntries(all.filter(({ defaultResponse }) => !defaultResponse).map(documentOf));

const documentOf = ({ responseType, statusCode, ...rest }: GatewayResponse): [string, ErrorDocument] => {
  const { responseParameters = {}, responseTemplates = {} } = rest;
  return [responseType!, { ...(statusCode ? { statusCode } : {}), responseParameters, responseTemplates }];
};
