/** API Gateway's operations on the resources of an API: its paths. */

import type * as sdk from "@aws-sdk/client-api-gateway";
import type { Context } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { badRequest, conflict } from "./errors.ts";
import type { ApiResource, RestApi } from "./rest-api.ts";
import { apiOf, newId, page, resourceOf } from "./state.ts";

export const resourceOperations: Operations<typeof sdk> = {
  CreateResource: { params: ["restApiId", "parentId", "pathPart"], run: createResource },
  GetResource: {
    params: ["restApiId", "resourceId", "embed"],
    run: (input, context) => shown(resourceOf(input, context), input.embed),
  },
  GetResources: {
    params: ["restApiId", "position", "limit", "embed"],
    run(input, context) {
      const resources = Object.values(apiOf(input, context).resources);
      resources.sort((a, b) => (a.path < b.path ? -1 : 1));
      const { items, position } = page(resources, input);
      return { items: items.map(resource => shown(resource, input.embed)), position };
    },
  },
  DeleteResource: { params: ["restApiId", "resourceId"], run: deleteResource },
};

/** Without `embed=methods`, methods are named only. */
function shown({ methods, ...resource }: ApiResource, embed: readonly string[] = []) {
  const resourceMethods = embed.includes("methods")
    ? methods
    : Object.fromEntries(Object.keys(methods).map(method => [method, {}]));
  return { ...resource, resourceMethods: Object.keys(methods).length > 0 ? resourceMethods : undefined };
}

function createResource(input: Given<sdk.CreateResourceCommandInput>, context: Context) {
  const { restApiId, parentId, pathPart } = input;
  const parent = resourceOf({ restApiId, resourceId: parentId }, context);
  const api = apiOf(input, context);
  checkPathPart(pathPart, parent, api);
  const path = `${parent.path === "/" ? "" : parent.path}/${pathPart}`;
  const resource: ApiResource = { id: newId(6), parentId: parent.id, pathPart, path, methods: {} };
  api.resources[resource.id] = resource;
  return shown(resource);
}

function checkPathPart(pathPart: string, parent: ApiResource, api: RestApi): void {
  if (!pathPart) throw badRequest("Resource's path part must be specified");
  if (!/^([\w.:-]+|\{[\w.-]+\+?\})$/.test(pathPart))
    throw badRequest(
      "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
    );
  if (parent.pathPart?.endsWith("+}"))
    throw badRequest(`Cannot create a child of a resource with a greedy path variable: ${parent.pathPart}`);
  const siblings = Object.values(api.resources).filter(({ parentId }) => parentId === parent.id);
  if (siblings.some(sibling => sibling.pathPart === pathPart))
    throw conflict(`Another resource with the same parent already has this name: ${pathPart}`);
  const variable = siblings.find(sibling => sibling.pathPart?.startsWith("{"))?.pathPart;
  if (variable && pathPart.startsWith("{"))
    throw badRequest(
      `A sibling (${variable}) of this resource already has a variable path part -- only one is allowed`,
    );
}

/** What is below goes too. */
function deleteResource(input: Given<sdk.DeleteResourceCommandInput>, context: Context): void {
  const { id, path, parentId } = resourceOf(input, context);
  if (parentId === undefined) throw badRequest("Root resource cannot be deleted");
  const { resources } = apiOf(input, context);
  for (const other of Object.values(resources))
    if (other.id === id || other.path.startsWith(`${path}/`)) delete resources[other.id];
}
