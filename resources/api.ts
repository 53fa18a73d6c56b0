/** The REST API itself: its name, kind and tag, and how it is reached over TLS. What it answers is in routes.ts and stage.ts. */
import {
  CreateRestApiCommand,
  DeleteRestApiCommand,
  type PatchOperation,
  paginateGetRestApis,
  type RestApi,
  UpdateRestApiCommand,
} from "@aws-sdk/client-api-gateway";
import type { Aws } from "../converge/aws.ts";
import { orAbsent, type Removable, type Resource, type Write } from "../converge/resource.ts";
import { waitFor } from "../converge/retry.ts";
import { assertOurs } from "../converge/tags.ts";
import type { Stack } from "../stack.ts";

type Tls = Pick<RestApi, "securityPolicy" | "endpointAccessMode">;

interface ApiState {
  id: string;
  /** The id of its path "/"; undefined where an endpoint that stands in for AWS does not tell. */
  rootId: string | undefined;
  endpointTypes: string[];
  /** Undefined where an endpoint that stands in for AWS does not tell: it cannot change it either. */
  tls: Tls | undefined;
  /** What it is to be after this deploy. */
  nextTls: Tls | undefined;
  /** Further APIs of this stack: names are not unique, so a create whose answer was lost leaves a second one. */
  surplus: string[];
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html */
export function restApi(
  { sdk: { apigateway } }: Aws,
  stack: Stack,
): Resource<ApiState> & Removable<ApiState> {
  const { name, tls: wanted } = stack.api;
  const endpointConfiguration = { types: ["REGIONAL" as const] };

  /** The oldest of this stack's APIs is the one: whoever looks at the same time comes to the same answer. */
  async function read(): Promise<ApiState | undefined> {
    const [api, ...surplus] = (await ourApis()).sort(byAge);
    if (!api) return undefined;
    const { endpointConfiguration, securityPolicy, endpointAccessMode } = api;
    const tls = securityPolicy && { securityPolicy, endpointAccessMode };
    return {
      id: api.id!,
      rootId: api.rootResourceId,
      endpointTypes: endpointConfiguration?.types ?? ["EDGE"],
      tls,
      nextTls: tls && nextTls(tls, wanted, api.apiStatus === "UPDATING"),
      surplus: surplus.map(({ id }) => id!),
    };
  }

  async function ourApis(): Promise<RestApi[]> {
    const ours: RestApi[] = [];
    for await (const page of paginateGetRestApis({ client: apigateway }, { limit: 500 })) {
      ours.push(...(page.items ?? []).filter(api => api.name === name));
    }
    for (const api of ours) assertOurs(`REST API ${name} (${api.id})`, api.tags ?? {}, stack.tags);
    return ours;
  }

  async function create(): Promise<ApiState> {
    const description = "Stores and reads items";
    await apigateway.send(
      new CreateRestApiCommand({ name, description, endpointConfiguration, tags: stack.tags, ...wanted }),
    );
    return waitFor(`the new REST API ${name} to be listed`, 60, read);
  }

  const deleteApi = (restApiId: string) =>
    orAbsent(apigateway.send(new DeleteRestApiCommand({ restApiId })), "NotFoundException");

  /** API Gateway allows one DeleteRestApi in 30 seconds. */
  async function deleteApis(ids: string[]) {
    for (const id of ids) await deleteApi(id);
  }

  /** In one call: AWS moves an API to another endpoint type only together with its policy. */
  function reshape({ id: restApiId, endpointTypes: [type], nextTls = {} }: ApiState) {
    const patches = Object.entries(nextTls).map(([name, value]) => replacing(name, value));
    if (type !== "REGIONAL") patches.push(replacing(`endpointConfiguration/types/${type}`, "REGIONAL"));
    return apigateway.send(new UpdateRestApiCommand({ restApiId, patchOperations: patches }));
  }

  function settings(state: ApiState): Write[] {
    const { endpointTypes, tls, nextTls, surplus } = state;
    const type = { name: "endpoint type", actual: endpointTypes, wanted: endpointConfiguration.types };
    return [
      { settings: [type, { name: "TLS", actual: tls, wanted: nextTls }], call: () => reshape(state) },
      { name: "surplus APIs", actual: surplus, wanted: [], call: () => deleteApis(surplus) },
    ];
  }

  /** The live one goes last: as long as one is left, a killed teardown is found again. */
  const remove = (state: ApiState) => deleteApis([...state.surplus, state.id]);

  return { type: "REST API", name, read, create, settings, remove };
}

/**
 * What comes next on the way to what is wanted. An API that is in use becomes strict only once it answers under its new
 * policy: by the first deploy after AWS has made that change, which takes a quarter of an hour.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
 */
function nextTls(now: Tls, wanted: Tls, isUpdating: boolean): Tls {
  const isLegacy = !now.securityPolicy?.startsWith("SecurityPolicy_");
  const mode = isUpdating ? now.endpointAccessMode : wanted.endpointAccessMode;
  return { ...wanted, endpointAccessMode: isLegacy ? "BASIC" : mode };
}

const replacing = (path: string, value = ""): PatchOperation => ({ op: "replace", path: `/${path}`, value });

const byAge = (one: RestApi, other: RestApi) =>
  one.createdDate!.getTime() - other.createdDate!.getTime() || (one.id! < other.id! ? -1 : 1);
