/**
 * Throttling of a stage's methods: a bucket of tokens that fills at the rate and holds the burst. A setting for
 * all methods gives each of them a bucket of its own.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
import type { MethodSetting, Stage } from "../apigateway/rest-api.ts";
import { own } from "../apigateway/state.ts";

interface Bucket {
  tokens: number;
  filledAt: number;
}

const buckets = new WeakMap<Stage, Map<string, Bucket>>();

/** Takes a token for a request and says how many are left: less than none when there was none to take. */
export function takeToken(stage: Stage, resourcePath: string, httpMethod: string): number {
  const method = `${resourcePath.replace(/^\//, "")}/${httpMethod}`;
  const setting = own(stage.methodSettings, method) ?? own(stage.methodSettings, "*/*");
  if (!setting || setting.throttlingRateLimit < 0 || setting.throttlingBurstLimit < 0)
    return Number.POSITIVE_INFINITY;
  const bucket = fill(bucketOf(stage, method, setting), setting);
  if (bucket.tokens < 1) return bucket.tokens - 1;
  bucket.tokens--;
  return bucket.tokens;
}

function bucketOf(stage: Stage, method: string, { throttlingBurstLimit: tokens }: MethodSetting): Bucket {
  const all = buckets.get(stage) ?? new Map<string, Bucket>();
  buckets.set(stage, all);
  const bucket = all.get(method) ?? { tokens, filledAt: Date.now() };
  all.set(method, bucket);
  return bucket;
}

function fill(bucket: Bucket, { throttlingRateLimit, throttlingBurstLimit }: MethodSetting): Bucket {
  const seconds = (Date.now() - bucket.filledAt) / 1000;
  bucket.tokens = Math.min(bucket.tokens + seconds * throttlingRateLimit, throttlingBurstLimit);
  bucket.filledAt = Date.now();
  return bucket;
}
