/** What a function finds around it: its environment variables, its credentials, its log stream. */
import { randomBytes } from "node:crypto";
import { issueRoleKey } from "../access/authorize.ts";
import { writeLog } from "../logs/service.ts";
import type { OpenTrace } from "../trace/trace.ts";
import type { World } from "../world.ts";
import type { EnvironmentSettings } from "./environment.ts";
import type { LambdaFunction } from "./functions.ts";

/** The function's own variables and Lambda's, nothing of this process. */
export function environmentOf(world: World, fn: LambdaFunction, taskRoot: string): EnvironmentSettings {
  const { Handler, Runtime, LoggingConfig, MemorySize, Environment } = fn.configuration;
  const stream = `${new Date().toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${randomBytes(16).toString("hex")}`;
  return {
    taskRoot,
    handler: Handler,
    runtime: Runtime,
    logFormat: LoggingConfig.LogFormat,
    logLevel: LoggingConfig.ApplicationLogLevel,
    memoryMegabytes: MemorySize,
    variables: { ...lambdaVariables(world, fn, taskRoot, stream), ...Environment?.Variables },
    onLog: (line, trace) => deliver(world, fn, { stream, line, trace }),
    onDropped: line => world.emit("dropped", { group: LoggingConfig.LogGroup, line }),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function lambdaVariables(world: World, fn: LambdaFunction, taskRoot: string, stream: string) {
  const { Handler, Runtime, LoggingConfig, MemorySize } = fn.configuration;
  const key = issueRoleKey(world, roleNameOf(fn), fn.name);
  return {
    AWS_REGION: fn.region,
    AWS_DEFAULT_REGION: fn.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: LoggingConfig.LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    AWS_LAMBDA_LOG_FORMAT: LoggingConfig.LogFormat,
    AWS_ACCESS_KEY_ID: key.id,
    AWS_SECRET_ACCESS_KEY: key.secret,
    AWS_SESSION_TOKEN: key.token,
    // Not set on AWS: leads the function's clients to this AWS instead.
    AWS_ENDPOINT_URL: world.endpoint,
    // Not set on AWS: this may be an older Node than the function is for.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    _HANDLER: Handler,
    LAMBDA_TASK_ROOT: taskRoot,
    LANG: "en_US.UTF-8",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    TZ: ":UTC",
  };
}

interface Delivery {
  stream: string;
  line: string;
  trace?: OpenTrace;
}

function deliver(world: World, fn: LambdaFunction, { stream, line, trace }: Delivery): void {
  const group = fn.configuration.LoggingConfig.LogGroup;
  const roleName = roleNameOf(fn);
  const lost = writeLog(world, fn.region, { group, stream, message: line, timestamp: Date.now(), roleName });
  trace?.tell("logs", {
    what: "PutLogEvents",
    outcome: lost ? "refused" : "passed",
    why: lost ?? `A line for ${group}.`,
    data: { group, stream, line },
  });
  world.emit("log", { group, line });
}

/** The name at the end of the role's ARN, after its path. */
export const roleNameOf = ({ configuration }: Pick<LambdaFunction, "configuration">): string =>
  configuration.Role.split("/").at(-1) ?? "";
