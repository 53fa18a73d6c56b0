/** Lambda's operations on functions themselves. */
import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-lambda";
import { verdictOf } from "../access/authorize.ts";
import { tagging } from "../access/demands.ts";
import { roleOf } from "../iam/state.ts";
import { AwsError, type Context, notImplemented } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { codeUrl } from "./code.ts";
import { changed, check, created, SETTINGS } from "./configuration.ts";
import {
  arnOf,
  conflict,
  describe,
  functionOf,
  functionsIn,
  type LambdaFunction,
  requireIdle,
} from "./functions.ts";
import { architecturesOf, codeOf, refusePublished } from "./package.ts";
import { passing } from "./permissions.ts";
import { retire } from "./runtime.ts";
import { withTags } from "./tags.ts";
import { roleNameOf } from "./variables.ts";

const CREATE = [
  "FunctionName",
  "Code",
  "Architectures",
  "Tags",
  "PackageType",
  "Publish",
  ...SETTINGS,
] as const;
const CODE = ["FunctionName", "ZipFile", "Architectures", "RevisionId", "DryRun", "Publish"] as const;

export const functionOperations: Operations<typeof sdk> = {
  CreateFunction: {
    params: CREATE,
    run: createFunction,
    demands: ({ Role, Tags }, fn) => [...passing(Role), ...tagging(Tags, "lambda:TagResource", fn)],
  },
  GetFunction: { params: ["FunctionName", "Qualifier"], run: getFunction },
  GetFunctionConfiguration: {
    params: ["FunctionName", "Qualifier"],
    run: (input, context) => describe(functionOf(input, context), context.world),
  },
  ListFunctions: { params: ["Marker", "MaxItems"], run: listFunctions },
  // There are no published versions: the one that there is, is $LATEST.
  ListVersionsByFunction: {
    params: ["FunctionName", "Marker", "MaxItems"],
    run: (input, context) => ({ Versions: [describe(functionOf(input, context), context.world)] }),
  },
  GetFunctionCodeSigningConfig: {
    params: ["FunctionName"],
    run: (input, context) => ({
      FunctionName: functionOf(input, context).name,
      CodeSigningConfigArn: undefined,
    }),
  },
  UpdateFunctionCode: { params: CODE, run: updateCode },
  UpdateFunctionConfiguration: {
    params: ["FunctionName", "RevisionId", ...SETTINGS],
    run: updateConfiguration,
    demands: ({ Role }) => passing(Role),
  },
  DeleteFunction: {
    params: ["FunctionName", "Qualifier"],
    run(input, context) {
      const fn = functionOf(input, context);
      delete functionsIn(context.world, context.region)[fn.name];
      retire(context.world, arnOf(context.world, fn));
      return { StatusCode: 204 };
    },
  },
};

function createFunction(input: Given<sdk.CreateFunctionCommandInput>, context: Context) {
  const { world, region } = context;
  check(input);
  refusePublished(input);
  if (input.PackageType === "Image") throw notImplemented("functions from container images");
  const configuration = created(input, world);
  const tags = withTags({}, input.Tags ?? {});
  const unknown = Object.keys(input.Code).find(name => name !== "ZipFile");
  if (unknown) throw notImplemented(`the parameter Code.${unknown} of lambda:CreateFunction`);
  const code = codeOf(input.Code.ZipFile);
  const functions = functionsIn(world, region);
  if (Object.hasOwn(functions, input.FunctionName))
    throw conflict(`Function already exist: ${input.FunctionName}`);
  const fn: LambdaFunction = {
    name: input.FunctionName,
    region,
    configuration,
    architectures: architecturesOf(input) ?? ["x86_64"],
    ...code,
    tags,
    ...changedNow(configuration, context),
    activeAt: Date.now() + world.timing.function,
    updatedAt: 0,
  };
  functions[fn.name] = fn;
  return describe(fn, world, "creating");
}

function getFunction(input: Given<sdk.GetFunctionCommandInput>, context: Context) {
  const fn = functionOf(input, context);
  return {
    Configuration: describe(fn, context.world),
    Code: { RepositoryType: "S3", Location: codeUrl(context.world, fn) },
    ...(Object.keys(fn.tags).length > 0 && mayListTags(fn, context) && { Tags: fn.tags }),
    ...(fn.reservedConcurrency !== undefined && {
      Concurrency: { ReservedConcurrentExecutions: fn.reservedConcurrency },
    }),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html: tags only for who may list them. */
const mayListTags = (fn: LambdaFunction, context: Context) =>
  verdictOf(context, { action: "lambda:ListTags", resource: arnOf(context.world, fn) }) === "allow";

function listFunctions(
  { Marker = "", MaxItems = 50 }: Given<sdk.ListFunctionsCommandInput>,
  { world, region }: Context,
) {
  const functions = functionsIn(world, region);
  const rest = Object.keys(functions)
    .sort()
    .filter(name => name > Marker);
  const names = rest.slice(0, Math.min(MaxItems, 50));
  return {
    Functions: names.map(name => describe(functions[name]!, world)),
    NextMarker: rest.length > names.length ? names.at(-1) : undefined,
  };
}

function updateCode(input: Given<sdk.UpdateFunctionCodeCommandInput>, context: Context) {
  const fn = functionOf(input, context);
  refusePublished(input);
  if (input.DryRun) throw notImplemented("DryRun of lambda:UpdateFunctionCode");
  const code = codeOf(input.ZipFile);
  const architectures = architecturesOf(input) ?? fn.architectures;
  return update(fn, input, context, { ...code, architectures });
}

function updateConfiguration(input: Given<sdk.UpdateFunctionConfigurationCommandInput>, context: Context) {
  const fn = functionOf(input, context);
  check({ ...input, FunctionName: fn.name });
  const configuration = changed(fn.configuration, input, context.world);
  return update(fn, input, context, { configuration });
}

/** A change takes effect at once: requests under way end on the old revision, new ones start on the new one. */
function update(
  fn: LambdaFunction,
  { RevisionId }: { RevisionId?: string },
  context: Context,
  changes: Partial<LambdaFunction>,
) {
  requireIdle(fn, context.world);
  if (RevisionId !== undefined && RevisionId !== fn.revisionId)
    throw new AwsError(
      "PreconditionFailedException",
      412,
      "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    );
  const roleId = changes.configuration ? {} : { roleId: fn.roleId };
  Object.assign(fn, changes, changedNow(changes.configuration ?? fn.configuration, context), roleId);
  fn.updatedAt = Date.now() + context.world.timing.function;
  retire(context.world, arnOf(context.world, fn));
  return describe(fn, context.world, "updating");
}

const changedNow = (configuration: LambdaFunction["configuration"], { world }: Context) => ({
  lastModified: new Date().toISOString().replace("Z", "+0000"),
  revisionId: randomUUID(),
  roleId: roleOf(world, roleNameOf({ configuration }))?.id ?? "",
});
