/** The REST API itself: its name, kind and tag. What it answers is in routes.ts and stage.ts. */
import {
  CreateRestApiCommand,
  DeleteRestApiCommand,
  paginateGetRestApis,
  type RestApi,
  UpdateRestApiCommand,
} from "@aws-sdk/client-api-gateway";
import type { Aws } from "../converge/aws.ts";
import { orAbsent, type Removable, type Resource } from "../converge/resource.ts";
import { waitFor } from "../converge/retry.ts";
import { assertOurs } from "../converge/tags.ts";
import type { Stack } from "../stack.ts";

interface ApiState {
  id: string;
  endpointTypes: string[];
  /** Further APIs of this stack: names are not unique, so a create whose answer was lost leaves a second one. */
  surplus: string[];
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html */
export function restApi(
  { sdk: { apigateway } }: Aws,
  stack: Stack,
): Resource<ApiState> & Removable<ApiState> {
  const { name } = stack.api;
  const endpointConfiguration = { types: ["REGIONAL" as const] };

  /** The oldest of this stack's APIs is the one: whoever looks at the same time comes to the same answer. */
  async function read(): Promise<ApiState | undefined> {
    const [api, ...surplus] = (await ourApis()).sort(byAge);
    if (!api) return undefined;
    const endpointTypes = api.endpointConfiguration?.types ?? ["EDGE"];
    return { id: api.id!, endpointTypes, surplus: surplus.map(({ id }) => id!) };
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
      new CreateRestApiCommand({ name, description, endpointConfiguration, tags: stack.tags }),
    );
    return waitFor(`the new REST API ${name} to be listed`, 60, read);
  }

  const deleteApi = (restApiId: string) =>
    orAbsent(apigateway.send(new DeleteRestApiCommand({ restApiId })), "NotFoundException");

  /** API Gateway allows one DeleteRestApi in 30 seconds. */
  async function deleteApis(ids: string[]) {
    for (const id of ids) await deleteApi(id);
  }

  const makeRegional = ({ id: restApiId, endpointTypes }: ApiState) =>
    apigateway.send(
      new UpdateRestApiCommand({
        restApiId,
        patchOperations: [
          { op: "replace", path: `/endpointConfiguration/types/${endpointTypes[0]}`, value: "REGIONAL" },
        ],
      }),
    );

  const settings = (state: ApiState) => [
    {
      name: "endpoint type",
      actual: state.endpointTypes,
      wanted: endpointConfiguration.types as string[],
      call: () => makeRegional(state),
    },
    { name: "surplus APIs", actual: state.surplus, wanted: [], call: () => deleteApis(state.surplus) },
  ];

  /** The live one goes last: as long as one is left, a killed teardown is found again. */
  const remove = (state: ApiState) => deleteApis([...state.surplus, state.id]);

  return { type: "REST API", name, read, create, settings, remove };
}

const byAge = (one: RestApi, other: RestApi) =>
  one.createdDate!.getTime() - other.createdDate!.getTime() || (one.id! < other.id! ? -1 : 1);
