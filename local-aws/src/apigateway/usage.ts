/** API keys and usage plans: where they are kept, and which key opens a stage. */
import type { Context } from "../service.ts";
import type { World } from "../world.ts";
import { conflict, notFound } from "./errors.ts";
import type { Strings } from "./rest-api.ts";
import { own } from "./state.ts";

export interface ApiKey {
  id: string;
  value: string;
  name?: string;
  description?: string;
  enabled: boolean;
  /** Seconds since the epoch. */
  createdDate: number;
  lastUpdatedDate: number;
  tags: Strings;
}

/** A stage of an API, as usage plans name it. */
export interface ApiStage {
  apiId: string;
  stage: string;
}

export interface UsagePlan {
  id: string;
  name: string;
  description?: string;
  apiStages: ApiStage[];
  keyIds: string[];
  tags: Strings;
}

interface Usage {
  keys: Record<string, ApiKey>;
  plans: Record<string, UsagePlan>;
}

/** All API keys and usage plans of a region by id. */
export const usageIn = (world: World, region: string): Usage =>
  world.state(`usageplans:${region}`, (): Usage => ({ keys: {}, plans: {} }));

/** The API key that a call is about. */
export function keyOf({ apiKey }: { apiKey: string }, { world, region }: Context): ApiKey {
  const key = own(usageIn(world, region).keys, apiKey);
  if (!key) throw notFound("Invalid API Key identifier specified");
  return key;
}

/** The usage plan that a call is about. */
export function planOf({ usagePlanId }: { usagePlanId: string }, { world, region }: Context): UsagePlan {
  const plan = own(usageIn(world, region).plans, usagePlanId);
  if (!plan) throw notFound("Invalid Usage Plan ID specified");
  return plan;
}

/** Whether two mean the same stage of the same API. */
export const isSame = (one: ApiStage, other: ApiStage): boolean =>
  one.apiId === other.apiId && one.stage === other.stage;

/**
 * Refuses what would put a key into two usage plans of one stage.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
 */
export function requireOnePlanForEach(plan: UsagePlan, { world, region }: Context): void {
  for (const other of Object.values(usageIn(world, region).plans)) {
    const keyId = other.id !== plan.id && plan.keyIds.find(id => other.keyIds.includes(id));
    const shared = plan.apiStages.find(stage => other.apiStages.some(another => isSame(stage, another)));
    if (keyId && shared)
      throw conflict(
        `API Key ${keyId} is in Usage Plan ${other.id} already, for the API Stage ${shared.apiId}:${shared.stage}`,
      );
  }
}

/**
 * A stage that is deleted is in no usage plan any more: https://github.com/hashicorp/terraform-provider-aws/issues/14100
 * @param stage one of the API's; all of them, unless given
 */
export function leaveUsagePlans(apiId: string, { world, region }: Context, stage?: string): void {
  for (const plan of Object.values(usageIn(world, region).plans))
    plan.apiStages = plan.apiStages.filter(
      ({ apiId: id, stage: name }) => id !== apiId || (stage ?? name) !== name,
    );
}

/** The API key that a value opens a stage with, or why it opens nothing. */
export function keyFor(
  { keys, plans }: Usage,
  stage: ApiStage,
  value: string | undefined,
): ApiKey | { why: string } {
  if (value === undefined) return { why: "the request has no header x-api-key" };
  const key = Object.values(keys).find(each => each.value === value);
  if (!key) return { why: "there is no API key with the value of its header x-api-key" };
  const called = `the API key ${key.name ?? key.id}`;
  if (!key.enabled) return { why: `${called} is disabled` };
  const opens = (plan: UsagePlan) =>
    plan.keyIds.includes(key.id) && plan.apiStages.some(each => isSame(each, stage));
  return Object.values(plans).some(opens)
    ? key
    : { why: `${called} is in no usage plan of the stage ${stage.stage}` };
}
