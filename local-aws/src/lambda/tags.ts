/** The tags of functions, and how many may run at a time. */

import type * as sdk from "@aws-sdk/client-lambda";
import type { Context } from "../service.ts";
import { areAllowed } from "../tags.ts";
import type { Operations } from "../wire/operations.ts";
import { arnOf, functionNamed, functionOf, invalid, type LambdaFunction } from "./functions.ts";
import { retire } from "./runtime.ts";

type Tags = Record<string, string>;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
export function withTags(before: Tags, added: Tags): Tags {
  const after = { ...before, ...added };
  if (!areAllowed(after))
    throw invalid(
      "Tag keys must have 1 to 128 characters and no prefix aws:, values at most 256; 50 tags at most.",
    );
  return after;
}

const taggedFunction = ({ Resource }: { Resource: string }, context: Context): LambdaFunction =>
  functionNamed(Resource, context);

export const tagOperations: Operations<typeof sdk> = {
  ListTags: {
    params: ["Resource"],
    run: (input, context) => ({ Tags: taggedFunction(input, context).tags }),
  },
  TagResource: {
    params: ["Resource", "Tags"],
    run(input, context) {
      const fn = taggedFunction(input, context);
      fn.tags = withTags(fn.tags, input.Tags);
    },
  },
  UntagResource: {
    params: ["Resource", "TagKeys"],
    run(input, context) {
      const fn = taggedFunction(input, context);
      for (const key of input.TagKeys) delete fn.tags[key];
    },
  },
};

const concurrencyOf = ({ reservedConcurrency }: LambdaFunction) => ({
  ReservedConcurrentExecutions: reservedConcurrency,
});

export const concurrencyOperations: Operations<typeof sdk> = {
  PutFunctionConcurrency: {
    params: ["FunctionName", "ReservedConcurrentExecutions"],
    run(input, context) {
      const wanted = input.ReservedConcurrentExecutions;
      if (wanted < 0) throw invalid("ReservedConcurrentExecutions must be a whole number, 0 or more.");
      const fn = setConcurrency(input, context, wanted);
      return concurrencyOf(fn);
    },
  },
  GetFunctionConcurrency: {
    params: ["FunctionName"],
    run: (input, context) => concurrencyOf(functionOf(input, context)),
  },
  DeleteFunctionConcurrency: {
    params: ["FunctionName"],
    run(input, context) {
      setConcurrency(input, context, undefined);
    },
  },
};

/** The environments that there are end their work: how many there may be is another number now. */
function setConcurrency(
  input: { FunctionName: string },
  context: Context,
  wanted: number | undefined,
): LambdaFunction {
  const fn = functionOf(input, context);
  fn.reservedConcurrency = wanted;
  retire(context.world, arnOf(context.world, fn));
  return fn;
}
