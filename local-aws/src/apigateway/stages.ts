/** API Gateway's operations on stages, which show a deployment to the world. */

import type * as sdk from "@aws-sdk/client-api-gateway";
import type { Context } from "../service.ts";
import type { Given, Operations, Output } from "../wire/operations.ts";
import { badRequest, conflict } from "./errors.ts";
import { patchMethodSetting, shownSettings } from "./method-settings.ts";
import { applyPatches, type Patch, requireReplace } from "./patch.ts";
import type { RestApi, Stage } from "./rest-api.ts";
import { apiOf, dateOf, now, own, stageOf } from "./state.ts";
import { checkedTags } from "./tags.ts";
import { leaveUsagePlans } from "./usage.ts";

export const stageOperations: Operations<typeof sdk> = {
  CreateStage: {
    params: ["restApiId", "stageName", "deploymentId", "description", "variables", "tags"],
    run: createStage,
  },
  GetStage: {
    params: ["restApiId", "stageName"],
    run: (input, context) => shownStage(stageOf(input, context)),
  },
  GetStages: {
    params: ["restApiId", "deploymentId"],
    run(input, context) {
      const stages = Object.values(apiOf(input, context).stages);
      const { deploymentId: wanted } = input;
      return {
        item: stages.filter(({ deploymentId }) => (wanted ?? deploymentId) === deploymentId).map(shownStage),
      };
    },
  },
  UpdateStage: { params: ["restApiId", "stageName", "patchOperations"], run: updateStage },
  DeleteStage: {
    params: ["restApiId", "stageName"],
    run(input, context) {
      const { stageName } = stageOf(input, context);
      const api = apiOf(input, context);
      delete api.stages[stageName];
      leaveUsagePlans(api.id, context, stageName);
    },
  },
};

/** Makes a stage, for CreateStage and for the deployment that names a new one. */
export function createStage(input: Given<sdk.CreateStageCommandInput>, context: Context) {
  const api = apiOf(input, context);
  const { stageName, deploymentId, description, variables, tags = {} } = input;
  checkStageName(stageName);
  if (own(api.stages, stageName)) throw conflict("Stage already exists");
  requireDeployment(api, deploymentId);
  const stage: Stage = {
    stageName,
    deploymentId,
    description,
    variables,
    tags: checkedTags(tags),
    methodSettings: {},
    createdDate: now(),
    lastUpdatedDate: now(),
    servedFrom: Date.now() + context.world.timing.stage,
  };
  api.stages[stageName] = stage;
  return shownStage(stage);
}

/** Refuses a name that no stage may have. */
export function checkStageName(name: string): void {
  if (!/^[\w-]{1,128}$/.test(name)) throw badRequest("Stage name only allows a-zA-Z0-9_-");
}

function requireDeployment(api: RestApi, deploymentId: string): void {
  if (!own(api.deployments, deploymentId)) throw badRequest("Invalid Deployment identifier specified");
}

function shownStage({
  servedFrom: _,
  methodSettings,
  createdDate,
  lastUpdatedDate,
  ...stage
}: Stage): Output<sdk.Stage> {
  return {
    ...stage,
    createdDate: dateOf(createdDate),
    lastUpdatedDate: dateOf(lastUpdatedDate),
    cacheClusterEnabled: false,
    cacheClusterStatus: "NOT_AVAILABLE",
    tracingEnabled: false,
    methodSettings: shownSettings(methodSettings),
  };
}

/** All operations or none. */
function updateStage(input: Given<sdk.UpdateStageCommandInput>, context: Context) {
  const stage = stageOf(input, context);
  const changed = structuredClone(stage);
  const api = apiOf(input, context);
  applyPatches(input, patch => patchStage(changed, api, patch));
  Object.assign(stage, changed, { lastUpdatedDate: now() });
  return shownStage(stage);
}

function patchStage(stage: Stage, api: RestApi, patch: Patch): boolean {
  const { op, path, value = "" } = patch;
  const [, variable] = /^\/variables\/(\w+)$/.exec(path) ?? [];
  if (variable) return patchVariable(stage, variable, patch);
  if (path === "/description") stage.description = op === "remove" ? undefined : value;
  else if (path === "/deploymentId") {
    requireReplace(patch);
    requireDeployment(api, value);
    stage.deploymentId = value;
  } else return patchMethodSetting(stage, patch);
  return true;
}

function patchVariable(stage: Stage, name: string, { op, value = "" }: Patch): boolean {
  const { [name]: _, ...others } = stage.variables ?? {};
  stage.variables = op === "remove" ? others : { ...others, [name]: value };
  return true;
}
