/** What Lambda keeps of a function, and how it is found and described. */

import type * as sdk from "@aws-sdk/client-lambda";
import type { Policy } from "../policy/evaluate.ts";
import { AwsError, type Context } from "../service.ts";
import type { World } from "../world.ts";

/** The settings of a function as its caller gave them, defaults filled in. */
export interface Configuration {
  Runtime: sdk.Runtime;
  Role: string;
  Handler: string;
  Description: string;
  Timeout: number;
  MemorySize: number;
  Environment?: { Variables: Record<string, string> };
  TracingConfig: { Mode: sdk.TracingMode };
  EphemeralStorage: { Size: number };
  LoggingConfig: {
    LogFormat: sdk.LogFormat;
    LogGroup: string;
    ApplicationLogLevel?: sdk.ApplicationLogLevel;
    SystemLogLevel?: sdk.SystemLogLevel;
  };
}

export interface LambdaFunction {
  name: string;
  region: string;
  configuration: Configuration;
  architectures: sdk.Architecture[];
  /** The deployment package, in base64. */
  zip: string;
  codeSize: number;
  codeSha256: string;
  tags: Record<string, string>;
  lastModified: string;
  /** Changes with each change of code or configuration. */
  revisionId: string;
  /** The role's own id when it was set: one that is created anew under its name is another one. */
  roleId: string;
  /** Milliseconds since the epoch: Pending before the one, LastUpdateStatus InProgress before the other. */
  activeAt: number;
  updatedAt: number;
  policy?: Policy;
  policyRevisionId?: string;
  reservedConcurrency?: number;
}

/** All functions of a region by name. */
export const functionsIn = (world: World, region: string): Record<string, LambdaFunction> =>
  world.state(`lambda:${region}`, () => ({ functions: {} as Record<string, LambdaFunction> })).functions;

/** A function's ARN. */
export const arnOf = (world: World, { region, name }: Pick<LambdaFunction, "region" | "name">): string =>
  `arn:aws:lambda:${region}:${world.account}:function:${name}`;

const NAME =
  /^(?:(?:arn:aws[a-z-]*:lambda:)?(?:(?<region>[a-z]{2}-[a-z-]+-\d):)?(?:(?<account>\d{12}):)?(?:function:)?)?(?<name>[\w-]{1,64})(?::(?<qualifier>\$LATEST|[\w-]+))?$/;

/** The function that a name, an ARN or a partial ARN means. There are no published versions and no aliases. */
export function functionNamed(
  text: string,
  { world, region }: Pick<Context, "world" | "region">,
): LambdaFunction {
  const parts = NAME.exec(text)?.groups;
  if (!parts)
    throw invalid(`1 validation error detected: Value '${text}' at 'functionName' is not a function's name`);
  if (parts.region && parts.region !== region)
    throw notFound(`Functions from '${parts.region}' are not reachable in this region ('${region}')`);
  const functions = functionsIn(world, region);
  const name = parts.name ?? "";
  const isLatest = parts.qualifier === undefined || parts.qualifier === "$LATEST";
  const isOurs = parts.account === undefined || parts.account === world.account;
  const found = Object.hasOwn(functions, name) && isLatest && isOurs ? functions[name] : undefined;
  if (!found) {
    const qualifier = parts.qualifier ? `:${parts.qualifier}` : "";
    throw notFound(`Function not found: ${arnOf(world, { region, name })}${qualifier}`);
  }
  return found;
}

/** The function that a call is about, with its Qualifier. */
export const functionOf = (
  { FunctionName, Qualifier }: { FunctionName: string; Qualifier?: string },
  context: Context,
): LambdaFunction => functionNamed(Qualifier ? `${FunctionName}:${Qualifier}` : FunctionName, context);

type Step = "creating" | "updating";

/** A function as Lambda describes it; the call that begins a change sees it as begun. */
export function describe(fn: LambdaFunction, world: World, step?: Step): sdk.FunctionConfiguration {
  const { name, configuration, codeSize: CodeSize, codeSha256: CodeSha256, revisionId: RevisionId } = fn;
  return {
    FunctionName: name,
    FunctionArn: arnOf(world, fn),
    ...configuration,
    CodeSize,
    CodeSha256,
    LastModified: fn.lastModified,
    Version: "$LATEST",
    RevisionId,
    ...stateOf(fn, step),
    PackageType: "Zip",
    Architectures: fn.architectures,
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
  };
}

function stateOf(fn: LambdaFunction, step?: Step): Partial<sdk.FunctionConfiguration> {
  if (step === "creating" || isPending(fn))
    return { State: "Pending", StateReason: "The function is being created.", StateReasonCode: "Creating" };
  if (step === "updating" || isUpdating(fn))
    return {
      State: "Active",
      LastUpdateStatus: "InProgress",
      LastUpdateStatusReason: "The function is being created.",
      LastUpdateStatusReasonCode: "Creating" as sdk.LastUpdateStatusReasonCode, // answered, but not in the enum
    };
  return { State: "Active", LastUpdateStatus: "Successful" };
}

/** Whether the function cannot be invoked yet. */
export const isPending = ({ activeAt }: LambdaFunction): boolean => Date.now() < activeAt;

const isUpdating = ({ updatedAt }: LambdaFunction): boolean => Date.now() < updatedAt;

/** https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
export function requireIdle(fn: LambdaFunction, world: World): void {
  if (isPending(fn)) throw notPossible("Pending");
  if (isUpdating(fn))
    throw conflict(
      `The operation cannot be performed at this time. An update is in progress for resource: ${arnOf(world, fn)}`,
    );
}

/** The refusal of what a function cannot do in its state. */
export const notPossible = (state: string): AwsError =>
  conflict(
    `The operation cannot be performed at this time. The function is currently in the following state: ${state}`,
  );

const failure = (code: string, status: number) => (message: string) =>
  new AwsError(code, status, message, { members: { Type: "User" } });

export const notFound = failure("ResourceNotFoundException", 404);
export const conflict = failure("ResourceConflictException", 409);
export const invalid = failure("InvalidParameterValueException", 400);
