/** A stage's settings for all of its methods or for one. */

import type { MethodSetting } from "@aws-sdk/client-api-gateway";
import { notImplemented } from "../service.ts";
import { badRequest } from "./errors.ts";
import { type Patch, requireReplace, unescaped } from "./patch.ts";
import type { Stage } from "./rest-api.ts";
import { own } from "./state.ts";

const DEFAULT_SETTING: MethodSetting = {
  metricsEnabled: false,
  dataTraceEnabled: false,
  cachingEnabled: false,
  cacheTtlInSeconds: 300,
  cacheDataEncrypted: false,
  requireAuthorizationForCacheControl: true,
  unauthorizedCacheControlHeaderStrategy: "SUCCEED_WITH_RESPONSE_HEADER",
};

/** As AWS answers them. */
export const shownSettings = (settings: Stage["methodSettings"]) =>
  Object.fromEntries(
    Object.entries(settings).map(([method, own]) => [method, { ...DEFAULT_SETTING, ...own }]),
  );

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html */
const DEFAULT_THROTTLING = { throttlingRateLimit: 10_000, throttlingBurstLimit: 5_000 };

/** What may only be set to what it is: Terraform sends some of these along. */
const DEFAULTS: Record<string, string> = {
  "metrics/enabled": "false",
  "logging/loglevel": "OFF",
  "logging/dataTrace": "false",
  "caching/enabled": "false",
  "caching/ttlInSeconds": "300",
  "caching/dataEncrypted": "false",
  "caching/requireAuthorizationForCacheControl": "true",
  "caching/unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
};

/** "/*\/*\/throttling/rateLimit", "/~1items/GET/throttling/burstLimit"; removing takes a method's settings away. */
export function patchMethodSetting({ methodSettings }: Stage, patch: Patch): boolean {
  const { op, path, value } = patch;
  const [, resource = "", verb = "", setting] =
    /^\/(.+)\/([A-Z]+|\*)(?:\/([a-z]+\/[a-zA-Z]+))?$/.exec(path) ?? [];
  if (!resource) return false;
  const method = `${unescaped(resource).replace(/^\//, "")}/${verb}`;
  if (op === "remove" && !setting) return removeMethodSetting(methodSettings, method);
  if (!setting) return false;
  requireReplace(patch);
  const settings = { ...DEFAULT_THROTTLING, ...own(methodSettings, method) };
  if (setting === "throttling/rateLimit") settings.throttlingRateLimit = limit(value);
  else if (setting === "throttling/burstLimit") settings.throttlingBurstLimit = Math.trunc(limit(value));
  else if (!Object.hasOwn(DEFAULTS, setting) || DEFAULTS[setting] !== value)
    throw notImplemented(`the method setting ${setting} of stages with the value ${value}`);
  if (setting === "logging/loglevel") settings.loggingLevel = "OFF";
  methodSettings[method] = settings;
  return true;
}

function removeMethodSetting(settings: Stage["methodSettings"], method: string): boolean {
  // The words that Terraform looks for: internal/service/apigateway/method_settings.go of its AWS provider.
  if (!own(settings, method))
    throw badRequest(
      `Cannot remove method setting ${method} because there is no method setting for this method`,
    );
  delete settings[method];
  return true;
}

/** -1 is no limit. */
function limit(value: string | undefined): number {
  const number = Number(value ?? Number.NaN);
  if (!(number >= 0 || number === -1)) throw badRequest("Invalid throttling limit specified");
  return number;
}
