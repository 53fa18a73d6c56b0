/** API Gateway's operations on the tags of REST APIs, stages, API keys and usage plans. */

import type * as sdk from "@aws-sdk/client-api-gateway";
import type { Context } from "../service.ts";
import { areAllowed } from "../tags.ts";
import type { Operations } from "../wire/operations.ts";
import { badRequest } from "./errors.ts";
import { apiOf, stageOf } from "./state.ts";
import { keyOf, planOf } from "./usage.ts";

export const tagOperations: Operations<typeof sdk> = {
  GetTags: {
    params: ["resourceArn", "position", "limit"],
    run: (input, context) => ({ tags: tagged(input, context).tags }),
  },
  TagResource: {
    params: ["resourceArn", "tags"],
    run(input, context) {
      const target = tagged(input, context);
      target.tags = checkedTags({ ...target.tags, ...input.tags });
    },
  },
  UntagResource: {
    params: ["resourceArn", "tagKeys"],
    run(input, context) {
      const { tags } = tagged(input, context);
      for (const key of input.tagKeys) delete tags[key];
    },
  },
};

const TAGGED =
  /^arn:aws[a-z-]*:apigateway:([a-z0-9-]+)::\/(restapis|apikeys|usageplans)\/([a-z0-9]+)(?:\/stages\/([\w-]+))?$/;

/** What an ARN means: stages are of APIs only. */
function tagged(
  { resourceArn }: { resourceArn: string },
  context: Context,
): { tags: Record<string, string> } {
  const [, region, kind, id, stageName] = TAGGED.exec(resourceArn) ?? [];
  if (id === undefined || region !== context.region || (stageName && kind !== "restapis"))
    throw badRequest("Invalid ARN specified in the request");
  if (kind === "apikeys") return keyOf({ apiKey: id }, context);
  if (kind === "usageplans") return planOf({ usagePlanId: id }, context);
  if (stageName === undefined) return apiOf({ restApiId: id }, context);
  return stageOf({ restApiId: id, stageName }, context);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html */
export function checkedTags(tags: Record<string, string>): Record<string, string> {
  if (!areAllowed(tags))
    throw badRequest(
      "Invalid tag: keys have 1 to 128 characters and no prefix aws:, values at most 256, 50 at most",
    );
  return tags;
}
