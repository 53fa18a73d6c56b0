/**
 * What the REST API answers: its methods and its error documents. This is API Gateway's working copy; the
 * world sees it only once stage.ts has deployed it.
 */
import {
  type Resource as ApiResource,
  CreateResourceCommand,
  DeleteGatewayResponseCommand,
  DeleteMethodCommand,
  DeleteResourceCommand,
  type GatewayResponse,
  type GatewayResponseType,
  GetGatewayResponsesCommand,
  GetResourcesCommand,
  PutGatewayResponseCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from "@aws-sdk/client-api-gateway";
import type { Aws } from "../converge/aws.ts";
import { differing, orAbsent, type Resource, type Setting, together } from "../converge/resource.ts";
import type { Stack } from "../stack.ts";
import type { Api } from "./api.ts";
import { type ErrorDocument, errorDocuments, type Method, methodOf, methods } from "./methods.ts";

interface RoutesState {
  restApiId: string;
  /** The ids of "/" and "/items". */
  ids: Record<string, string>;
  /** Paths that are not ours to serve, with their ids. */
  otherPaths: Record<string, string>;
  /** By verb and path: "GET /items". */
  methods: Record<string, Method>;
  errorDocuments: Record<string, ErrorDocument>;
}

/** The routes, and what the stage must know of this deploy's work on them. */
export interface Routes extends Resource<RoutesState> {
  /** Whether they were found other than they should be: then what was deployed of them may be as well. */
  haveDrifted(): Promise<boolean>;
  /** Whether somebody else changed them while this deploy did. */
  isContested(): boolean;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings.html */
export function routes(
  { sdk: { apigateway } }: Aws,
  stack: Stack,
  allowedOrigin: string,
  api: Pick<Api, "id">,
): Routes {
  let contested = false;
  let latest: Promise<RoutesState | undefined> = Promise.resolve(undefined);
  const path = `/${stack.api.path}`;
  const wantedMethods = withPath(path, methods(stack, allowedOrigin));
  const wantedDocuments = errorDocuments(stack, allowedOrigin);

  async function resources(restApiId: string): Promise<ApiResource[]> {
    const { items = [] } = await apigateway.send(
      new GetResourcesCommand({ restApiId, embed: ["methods"], limit: 500 }),
    );
    return items;
  }

  async function find(): Promise<RoutesState | undefined> {
    const restApiId = await api.id();
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
    };
  }

  const read = () => {
    latest = find();
    return latest;
  };

  async function create(): Promise<RoutesState> {
    const restApiId = (await api.id())!;
    const parentId = idsOf(await resources(restApiId))["/"];
    const { id } = await apigateway.send(
      new CreateResourceCommand({ restApiId, parentId, pathPart: stack.api.path }),
    );
    return { restApiId, ids: { [path]: id! }, otherPaths: {}, methods: {}, errorDocuments: {} };
  }

  /** A method cannot be put over another one: the working copy, not the stage, lacks it for a moment. */
  async function putMethod(target: Target, exists: boolean, wanted: Method | undefined) {
    if (exists) await apigateway.send(new DeleteMethodCommand(target));
    if (!wanted) return;
    const { authorizationType, apiKeyRequired, responses } = wanted;
    const { responses: answers, httpMethod: integrationHttpMethod, ...integration } = wanted.integration;
    await apigateway.send(new PutMethodCommand({ ...target, authorizationType, apiKeyRequired }));
    await together(
      apigateway.send(new PutIntegrationCommand({ ...target, ...integration, integrationHttpMethod })),
      ...Object.entries(responses).map(([statusCode, responseParameters]) =>
        apigateway.send(new PutMethodResponseCommand({ ...target, statusCode, responseParameters })),
      ),
    );
    for (const [statusCode, answer] of Object.entries(answers)) {
      await apigateway.send(new PutIntegrationResponseCommand({ ...target, statusCode, ...answer }));
    }
  }

  function putDocument(restApiId: string, type: string, wanted: ErrorDocument | undefined) {
    const target = { restApiId, responseType: type as GatewayResponseType };
    if (!wanted) return apigateway.send(new DeleteGatewayResponseCommand(target));
    return apigateway.send(new PutGatewayResponseCommand({ ...target, ...wanted }));
  }

  /** Paths below another one go with it, so some may be gone already. */
  async function removePaths({ restApiId, otherPaths }: RoutesState) {
    for (const resourceId of Object.values(otherPaths)) {
      await orAbsent(
        apigateway.send(new DeleteResourceCommand({ restApiId, resourceId })),
        "NotFoundException",
      );
    }
  }

  function methodSetting(route: string, { restApiId, ids, methods }: RoutesState): Setting {
    const [httpMethod, at] = route.split(" ") as [string, string];
    const target = { restApiId, resourceId: ids[at], httpMethod };
    const [actual, wanted] = [methods[route], wantedMethods[route]];
    const write = () => putMethod(target, actual !== undefined, wanted);
    return { name: route, actual, wanted, write, independent: true };
  }

  function documentSetting(type: string, { restApiId, errorDocuments }: RoutesState): Setting {
    const [actual, wanted] = [errorDocuments[type], wantedDocuments[type]];
    const write = () => putDocument(restApiId, type, wanted);
    return { name: `gateway response ${type}`, actual, wanted, write, independent: true };
  }

  const settings = (state: RoutesState): Setting[] => [
    {
      name: "other paths",
      actual: Object.keys(state.otherPaths),
      wanted: [],
      write: () => removePaths(state),
    },
    ...keysOf(wantedMethods, state.methods).map(route => methodSetting(route, state)),
    ...keysOf(wantedDocuments, state.errorDocuments).map(type => documentSetting(type, state)),
  ];

  const onRace = () => {
    contested = true;
  };
  const isContested = () => contested;

  async function haveDrifted(): Promise<boolean> {
    const found = await latest;
    return contested || (found !== undefined && differing(settings(found)).length > 0);
  }

  return { type: "routes", name: path, read, create, settings, onRace, isContested, haveDrifted };
}

interface Target {
  restApiId: string;
  resourceId: string | undefined;
  httpMethod: string;
}

const keysOf = (...maps: object[]) => [...new Set(maps.flatMap(Object.keys))];

const withPath = <T>(path: string, byVerb: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(byVerb).map(([verb, method]) => [`${verb} ${path}`, method]));

const idsOf = (resources: ApiResource[]): Record<string, string> =>
  Object.fromEntries(resources.map(({ path, id }) => [path!, id!]));

const methodsOf = ({ path, resourceMethods = {} }: ApiResource) =>
  withPath(
    path!,
    Object.fromEntries(Object.entries(resourceMethods).map(([verb, method]) => [verb, methodOf(method)])),
  );

const customised = (all: GatewayResponse[]): Record<string, ErrorDocument> =>
  Object.fromEntries(
    all
      .filter(({ defaultResponse }) => !defaultResponse)
      .map(({ responseType, statusCode, responseParameters = {}, responseTemplates = {} }) => [
        responseType!,
        { ...(statusCode ? { statusCode } : {}), responseParameters, responseTemplates },
      ]),
  );
