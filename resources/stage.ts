/**
 * The stage: which deployment of the API the world sees, and how fast it may ask. A deployment is an immutable
 * snapshot of the routes; its description holds the digest of the routes that it was made from.
 */
import { createHash } from "node:crypto";
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
import { orAbsent, type Resource } from "../converge/resource.ts";
import { pause } from "../converge/retry.ts";
import type { Stack } from "../stack.ts";
import type { Api } from "./api.ts";
import { errorDocuments, methods } from "./methods.ts";
import type { Routes } from "./routes.ts";

interface StageState {
  restApiId: string;
  /** The description of the live deployment. */
  deployment: string | undefined;
  /** The ids of all deployments, the live one's too. */
  deploymentIds: string[];
  /** By method: "*\/*" is all of them. */
  throttling: Record<string, Throttling>;
  tags: Record<string, string>;
}

interface Throttling {
  requestsPerSecond: number | undefined;
  burst: number | undefined;
}

const EVERY_METHOD = "*/*";

/** Longer than another deploy needs from its last route to its stage. */
const SETTLING_MS = 10_000;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html */
export function stage(
  { sdk: { apigateway }, region }: Aws,
  stack: Stack,
  allowedOrigin: string,
  api: Pick<Api, "id">,
  routes: Pick<Routes, "haveDrifted" | "isContested">,
): Resource<StageState> {
  const { stageName, requestsPerSecond, burst } = stack.api;
  const description = digest([methods(stack, allowedOrigin), errorDocuments(stack, allowedOrigin)]);

  async function read(): Promise<StageState | undefined> {
    const restApiId = await api.id();
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
      deploymentIds: all.map(({ id }) => id!),
      throttling: throttlingOf(found.methodSettings),
      tags: found.tags ?? {},
    };
  }

  /**
   * Freezes the routes as they are now. If another deploy was rewriting them at the same time, its snapshot may
   * be of half of ours: then ours comes after it has ended.
   */
  async function createDeployment(restApiId: string): Promise<string> {
    if (routes.isContested()) await pause(SETTLING_MS);
    const { id } = await apigateway.send(new CreateDeploymentCommand({ restApiId, description }));
    return id!;
  }

  async function create(): Promise<StageState> {
    const restApiId = (await api.id())!;
    const deploymentId = await createDeployment(restApiId);
    await apigateway.send(new CreateStageCommand({ restApiId, stageName, deploymentId, tags: stack.tags }));
    return {
      restApiId,
      deployment: description,
      deploymentIds: [deploymentId],
      throttling: {},
      tags: stack.tags,
    };
  }

  const patch = (restApiId: string, ...patchOperations: PatchOperation[]) =>
    apigateway.send(new UpdateStageCommand({ restApiId, stageName, patchOperations }));

  /** The new snapshot is complete before the stage shows it; tidying up must never fail a deploy. */
  async function redeploy({ restApiId, deploymentIds }: StageState) {
    const value = await createDeployment(restApiId);
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
    const resourceArn = `arn:${stack.partition}:apigateway:${region}::/restapis/${restApiId}/stages/${stageName}`;
    return apigateway.send(new TagResourceCommand({ resourceArn, tags: stack.tags }));
  };

  /** A snapshot of routes that have drifted may hold the drift, whatever its description says. */
  const shown = async ({ deployment }: StageState) =>
    (await routes.haveDrifted()) ? `${deployment} (drifted)` : deployment;

  const settings = async (state: StageState) => [
    {
      name: "deployment",
      actual: await shown(state),
      wanted: description,
      write: () => redeploy(state),
    },
    {
      name: "throttling",
      actual: state.throttling,
      wanted: { [EVERY_METHOD]: { requestsPerSecond, burst } },
      write: () => throttle(state),
    },
    { name: "tag", actual: ours(state.tags, stack.tags), wanted: stack.tags, write: () => tag(state) },
  ];

  return { type: "stage", name: stageName, read, create, settings };
}

/** Names what the routes are, so that an equal deployment can be told from a different one. */
const digest = (wanted: unknown) =>
  `Routes ${createHash("sha256").update(JSON.stringify(wanted)).digest("hex").slice(0, 32)}`;

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
