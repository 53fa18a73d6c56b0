/**
 * The stage: which deployment of the API the world sees, and how fast it may ask. A deployment is an immutable
 * snapshot; its description tells what it was made from: the digest of the routes, and how the API is reached.
 */
import {
  CreateDeploymentCommand,
  CreateStageCommand,
  DeleteDeploymentCommand,
  GetDeploymentsCommand,
  GetStageCommand,
  type MethodSetting,
  type PatchOperation,
  TagResourceCommand,
  UpdateStageCommand,
} from "@aws-sdk/client-api-gateway";
import type { Aws } from "../converge/aws.ts";
import { type Known, orAbsent, type Resource } from "../converge/resource.ts";
import { pause } from "../converge/retry.ts";
import type { Stack } from "../stack.ts";

interface StageState {
  restApiId: string;
  /** The description of the live deployment. */
  deployment: string | undefined;
  /** Whether this run made it, of the routes as they are wanted. */
  isNew: boolean;
  /** The ids of all deployments, the live one's too. */
  deploymentIds: string[];
  /** By method: "*\/*" is all of them. */
  throttling: Record<string, Throttling>;
  tags: Record<string, string>;
}

interface StageNeeds {
  api: Known<{ id: string; nextTls: object | undefined }>;
  routes: Known<{ digest: string }>;
}

interface Throttling {
  requestsPerSecond: number | undefined;
  burst: number | undefined;
}

const EVERY_METHOD = "*/*";

/** Longer than another deploy needs from its last route to its stage. */
const SETTLING_MS = 10_000;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html */
export function apiStage({ sdk: { apigateway } }: Aws, stack: Stack): Resource<StageState, StageNeeds> {
  const { stageName, requestsPerSecond, burst } = stack.api;

  async function read({ api }: StageNeeds): Promise<StageState | undefined> {
    const restApiId = (await api())?.id;
    if (restApiId === undefined) return undefined;
    const [found, deployments] = await Promise.all([
      orAbsent(apigateway.send(new GetStageCommand({ restApiId, stageName })), "NotFoundException"),
      apigateway.send(new GetDeploymentsCommand({ restApiId, limit: 500 })),
    ]);
    if (!found) return undefined;
    const all = deployments.items ?? [];
    return {
      restApiId,
      deployment: all.find(({ id }) => id === found.deploymentId)?.description,
      isNew: false,
      deploymentIds: all.map(({ id }) => id!),
      throttling: throttlingOf(found.methodSettings),
      tags: found.tags ?? {},
    };
  }

  /**
   * Freezes the routes as they are now. If another deploy was rewriting them at the same time, its snapshot may
   * be of half of ours: then ours comes after it has ended.
   */
  async function createDeployment(restApiId: string, needs: StageNeeds) {
    const description = await contentsOf(needs);
    if ((await needs.routes())!.contested) await pause(SETTLING_MS);
    const { id } = await apigateway.send(new CreateDeploymentCommand({ restApiId, description }));
    return { deploymentId: id!, description };
  }

  async function create(needs: StageNeeds): Promise<StageState> {
    const restApiId = (await needs.api())!.id;
    const { deploymentId, description: deployment } = await createDeployment(restApiId, needs);
    await apigateway.send(new CreateStageCommand({ restApiId, stageName, deploymentId, tags: stack.tags }));
    const deploymentIds = [deploymentId];
    return { restApiId, deployment, isNew: true, deploymentIds, throttling: {}, tags: stack.tags };
  }

  const patch = (restApiId: string, ...patchOperations: PatchOperation[]) =>
    apigateway.send(new UpdateStageCommand({ restApiId, stageName, patchOperations }));

  /** The new snapshot is complete before the stage shows it; tidying up must never fail a deploy. */
  async function redeploy({ restApiId, deploymentIds }: StageState, needs: StageNeeds) {
    const { deploymentId: value } = await createDeployment(restApiId, needs);
    await patch(restApiId, { op: "replace", path: "/deploymentId", value });
    for (const deploymentId of deploymentIds) {
      await apigateway.send(new DeleteDeploymentCommand({ restApiId, deploymentId })).catch(() => {});
    }
  }

  const throttle = ({ restApiId, throttling }: StageState) => {
    const others = Object.keys(throttling).filter(method => method !== EVERY_METHOD);
    return patch(
      restApiId,
      ...others.map(method => ({ op: "remove" as const, path: `/${escaped(method)}` })),
      { op: "replace", path: `/${EVERY_METHOD}/throttling/rateLimit`, value: `${requestsPerSecond}` },
      { op: "replace", path: `/${EVERY_METHOD}/throttling/burstLimit`, value: `${burst}` },
    );
  };

  const tag = ({ restApiId }: StageState) => {
    const resourceArn = `arn:${stack.partition}:apigateway:${stack.region}::/restapis/${restApiId}/stages/${stageName}`;
    return apigateway.send(new TagResourceCommand({ resourceArn, tags: stack.tags }));
  };

  const settings = async (state: StageState, needs: StageNeeds) => [
    { settings: await deploymentSettings(state, needs), call: () => redeploy(state, needs) },
    {
      name: "throttling",
      actual: state.throttling,
      wanted: { [EVERY_METHOD]: { requestsPerSecond, burst } },
      call: () => throttle(state),
    },
    { name: "tag", actual: ours(state.tags, stack.tags), wanted: stack.tags, call: () => tag(state) },
  ];

  return { type: "stage", name: stageName, read, create, settings };
}

/**
 * What a deployment is made of. How the API is reached belongs to it, because that takes effect only with a deployment.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-update.html
 */
async function contentsOf({ api, routes }: StageNeeds): Promise<string> {
  const { digest = "(of the routes to come)" } = (await routes()) ?? {};
  return [digest, ...Object.values((await api())?.nextTls ?? {})].join(", ");
}

/** A snapshot of routes that this run had to change may hold what was wrong, whatever its description says. */
async function deploymentSettings({ deployment, isNew }: StageState, needs: StageNeeds) {
  const routes = await needs.routes();
  const isWhole = isNew || (await routes?.amended()) === false;
  return [
    { name: "deployment", actual: deployment, wanted: await contentsOf(needs) },
    { name: "deployed routes", actual: isWhole ? "whole" : "perhaps not as wanted", wanted: "whole" },
  ];
}

const throttlingOf = (settings: Record<string, MethodSetting> = {}): Record<string, Throttling> =>
  Object.fromEntries(
    Object.entries(settings).map(([method, { throttlingRateLimit, throttlingBurstLimit }]) => [
      method,
      { requestsPerSecond: throttlingRateLimit, burst: throttlingBurstLimit },
    ]),
  );

const ours = (tags: Record<string, string>, wanted: Record<string, string>) =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => key in wanted));

/** A method's key as a patch path wants it: "/items/GET" is "~1items/GET". */
function escaped(method: string): string {
  const end = method.lastIndexOf("/");
  return `${method.slice(0, end).replaceAll("/", "~1")}${method.slice(end)}`;
}
