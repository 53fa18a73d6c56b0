/** A function's settings as callers give them: checked as Lambda checks them, defaults filled in. */

import type * as sdk from "@aws-sdk/client-lambda";
import { roleOf } from "../iam/state.ts";
import { evaluate } from "../policy/evaluate.ts";
import { AwsError, notImplemented } from "../service.ts";
import { brokenConstraint, type Constraints } from "../wire/constraints.ts";
import type { Given } from "../wire/operations.ts";
import type { World } from "../world.ts";
import { type Configuration, invalid } from "./functions.ts";

/** The parameters that CreateFunction and UpdateFunctionConfiguration share. */
export const SETTINGS = [
  "Runtime",
  "Role",
  "Handler",
  "Description",
  "Timeout",
  "MemorySize",
  "Environment",
  "TracingConfig",
  "EphemeralStorage",
  "LoggingConfig",
] as const;

const RUNTIMES = ["nodejs22.x", "nodejs24.x"];

const PARAMETERS: Record<string, Constraints> = {
  functionName: { min: 1, max: 140, pattern: /^[\w-]{1,64}$/ },
  role: { pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/ },
  handler: { max: 128, pattern: /^\S+$/ },
  description: { max: 256 },
  timeout: { min: 1, max: 900 },
  memorySize: { min: 128, max: 10_240 },
};

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_(FUNCTION_(NAME|MEMORY_SIZE|VERSION)|INITIALIZATION_TYPE|LOG_(GROUP|STREAM)_NAME|RUNTIME_API)|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

const MAX_VARIABLES_BYTES = 4096;

/** What a call says of a function's settings. */
type Settings = Pick<Given<sdk.CreateFunctionCommandInput>, (typeof SETTINGS)[number]>;

/** A function's settings after a call: what it names changes, the rest stays. */
export function changed(before: Configuration, input: Partial<Settings>, world: World): Configuration {
  check(input);
  if (input.Runtime !== undefined) checkRuntime(input.Runtime);
  if (input.Role !== undefined) checkRole(world, input.Role);
  const given = Object.fromEntries(
    SETTINGS.filter(name => input[name] !== undefined).map(name => [name, input[name]]),
  );
  const after = { ...before, ...given } as Configuration;
  if (input.LoggingConfig) after.LoggingConfig = logging(before, input.LoggingConfig);
  if (input.Environment) after.Environment = environment(input.Environment);
  if (input.TracingConfig && input.TracingConfig.Mode !== "PassThrough")
    throw notImplemented(`the tracing mode ${input.TracingConfig.Mode} of lambda functions`);
  if (input.EphemeralStorage && input.EphemeralStorage.Size !== 512)
    throw notImplemented("another size of a function's ephemeral storage than 512 MB");
  return after;
}

/** The settings of a function that is created. */
export function created(input: Given<sdk.CreateFunctionCommandInput>, world: World): Configuration {
  if (!input.Runtime || !input.Handler)
    throw invalid(
      "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    );
  const before: Configuration = {
    Runtime: input.Runtime,
    Role: input.Role,
    Handler: input.Handler,
    Description: "",
    Timeout: 3,
    MemorySize: 128,
    TracingConfig: { Mode: "PassThrough" },
    EphemeralStorage: { Size: 512 },
    LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${input.FunctionName}` },
  };
  return changed(before, input, world);
}

/** Refuses parameters that break their constraints. */
export function check(input: object): void {
  for (const [name, constraints] of Object.entries(PARAMETERS)) {
    const parameter = (name[0] ?? "").toUpperCase() + name.slice(1);
    const broken = brokenConstraint(name, input[parameter as keyof typeof input], constraints);
    if (broken) throw validation(broken);
  }
}

/** Deprecated since nodejs20.x: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
function checkRuntime(runtime: string): void {
  if (RUNTIMES.includes(runtime)) return;
  if (!/^nodejs(4\.3|6\.10|\d+\.x)?$/.test(runtime)) throw notImplemented(`the runtime ${runtime}`);
  throw invalid(
    `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
  );
}

/** IAM is eventually consistent: for a while Lambda cannot assume a role that has just been made. */
function checkRole(world: World, arn: string): void {
  const named = roleOf(world, arn.split("/").at(-1) ?? "");
  const role = named?.arn === arn ? named : undefined;
  const request = {
    action: "sts:AssumeRole",
    resource: arn,
    principal: { Service: "lambda.amazonaws.com" },
    conditions: { "aws:SourceAccount": world.account },
  };
  const trusts = role && evaluate(role.trustPolicy, request) === "allow";
  if (!trusts || Date.now() < role.createdAt + world.timing.roleAssumable)
    throw invalid("The role defined for the function cannot be assumed by Lambda.");
}

function logging(
  before: Configuration,
  { LogFormat, LogGroup, ...others }: Given<sdk.LoggingConfig>,
): Configuration["LoggingConfig"] {
  const [unknown] = Object.keys(others);
  if (unknown) throw notImplemented(`the parameter LoggingConfig.${unknown} of lambda functions`);
  const broken =
    brokenConstraint("loggingConfig.logFormat", LogFormat, { oneOf: ["JSON", "Text"] }) ??
    brokenConstraint("loggingConfig.logGroup", LogGroup, {
      min: 1,
      max: 512,
      pattern: /^[.\-_/#A-Za-z0-9]+$/,
    });
  if (broken) throw validation(broken);
  const format = LogFormat ?? before.LoggingConfig.LogFormat;
  const levels =
    format === "JSON" ? { ApplicationLogLevel: "INFO" as const, SystemLogLevel: "INFO" as const } : {};
  return { LogFormat: format, ...levels, LogGroup: LogGroup ?? before.LoggingConfig.LogGroup };
}

function environment({ Variables = {} }: Given<sdk.Environment>): Configuration["Environment"] {
  const names = Object.keys(Variables);
  const odd = names.find(name => !/^[a-zA-Z]\w+$/.test(name));
  if (odd !== undefined)
    throw validation(
      `1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]`,
    );
  const reserved = names.filter(name => RESERVED.test(name));
  if (reserved.length > 0)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  const text = JSON.stringify(Variables);
  if (Buffer.byteLength(text) > MAX_VARIABLES_BYTES)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    );
  return names.length > 0 ? { Variables } : undefined;
}

const validation = (message: string) => new AwsError("ValidationException", 400, message);
