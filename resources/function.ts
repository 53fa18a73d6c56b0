/** The function. */
import {
  type Architecture,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  type GetFunctionCommandOutput,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { Aws } from "../converge/aws.ts";
import { Refusal } from "../converge/errors.ts";
import { assertOurs, type Existing, orAbsent, type Resource } from "../converge/resource.ts";
import { waitFor } from "../converge/retry.ts";
import type { Stack } from "../stack.ts";
import type { Role } from "./role.ts";

/** What the function is made of, besides what stack.ts says. */
export interface FunctionParts {
  code: Promise<{ zip: Uint8Array; sha256: string }>;
  allowedOrigin: string;
  role: Pick<Role, "createdAt">;
}

type FunctionState = NonNullable<GetFunctionCommandOutput["Configuration"]>;

/** The function as teardown sees it. */
export function existingFunction({ sdk: { lambda } }: Aws, stack: Stack): Existing<FunctionState> {
  const FunctionName = stack.lambda.name;

  async function read(): Promise<FunctionState | undefined> {
    const settled = await waitFor(`the function ${FunctionName} to settle`, 300, async () => {
      const found = await orAbsent(
        lambda.send(new GetFunctionCommand({ FunctionName })),
        "ResourceNotFoundException",
      );
      if (found) assertOurs(`function ${FunctionName}`, found.Tags ?? {}, stack.tags);
      return isSettled(found) ? { found } : undefined;
    });
    return settled.found?.Configuration;
  }

  const remove = () => lambda.send(new DeleteFunctionCommand({ FunctionName }));

  return { type: "function", name: FunctionName, read, remove };
}

const isSettled = (found: GetFunctionCommandOutput | undefined) =>
  found?.Configuration?.State !== "Pending" && found?.Configuration?.LastUpdateStatus !== "InProgress";

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html */
export function lambdaFunction(aws: Aws, stack: Stack, parts: FunctionParts): Resource<FunctionState> {
  const { lambda } = aws.sdk;
  const { read, type, name } = existingFunction(aws, stack);
  const FunctionName = name;
  const wanted = configuration(stack, parts.allowedOrigin);
  const Architectures: Architecture[] = [stack.lambda.architecture];

  /** Waits for the state in which the function can be invoked and changed; reports why it got stuck. */
  async function usable(): Promise<FunctionState> {
    const state = await waitFor(`the function ${name} to be there`, 60, read);
    if (state.State !== "Failed" && state.LastUpdateStatus !== "Failed") return state;
    const reason = state.StateReason ?? state.LastUpdateStatusReason;
    throw new Refusal(`Cannot bring the function ${name} into use: ${reason}.`, "Run deploy again.");
  }

  async function create(): Promise<FunctionState> {
    const Code = { ZipFile: (await parts.code).zip };
    await lambda.send(
      new CreateFunctionCommand({ FunctionName, ...wanted, Code, Architectures, Tags: stack.tags }),
    );
    return usable();
  }

  async function configure() {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...wanted }));
    await usable();
  }

  async function upload() {
    const { zip: ZipFile } = await parts.code;
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Architectures }));
    await usable();
  }

  const settings = async (state: FunctionState) => [
    { name: "runtime", actual: state.Runtime, wanted: wanted.Runtime, write: configure },
    { name: "handler", actual: state.Handler, wanted: wanted.Handler, write: configure },
    {
      name: "role",
      actual: roleOf(state, await parts.role.createdAt()),
      wanted: wanted.Role,
      write: configure,
    },
    { name: "timeout in seconds", actual: state.Timeout, wanted: wanted.Timeout, write: configure },
    { name: "memory in megabytes", actual: state.MemorySize, wanted: wanted.MemorySize, write: configure },
    {
      name: "environment",
      actual: state.Environment?.Variables ?? {},
      wanted: wanted.Environment.Variables,
      write: configure,
    },
    {
      name: "log format",
      // AWS always tells; an endpoint that does not know the setting cannot change it either.
      actual: state.LoggingConfig ? state.LoggingConfig.LogFormat : wanted.LoggingConfig.LogFormat,
      wanted: wanted.LoggingConfig.LogFormat,
      write: configure,
    },
    { name: "code (SHA-256)", actual: state.CodeSha256, wanted: (await parts.code).sha256, write: upload },
    { name: "architecture", actual: state.Architectures ?? ["x86_64"], wanted: Architectures, write: upload },
  ];

  return { type, name, read, create, settings };
}

/** The part of the wanted state that UpdateFunctionConfiguration takes. */
const configuration = (stack: Stack, allowedOrigin: string) => ({
  Description: "Checks items and keeps them in the table",
  Runtime: stack.lambda.runtime,
  Handler: stack.lambda.handler,
  Role: stack.role.arn,
  Timeout: stack.lambda.timeoutSeconds,
  MemorySize: stack.lambda.memoryMegabytes,
  Environment: { Variables: { ALLOWED_ORIGIN: allowedOrigin, TABLE_NAME: stack.table.name } },
  LoggingConfig: { LogFormat: "JSON" as const, LogGroup: stack.logGroup.name },
});

/**
 * The role that the function really holds. One that was created anew under the same name since is another one:
 * Lambda cannot decrypt the environment with it until it is set again.
 * https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors
 */
function roleOf(state: FunctionState, roleCreatedAt: Date) {
  const since = Date.parse(state.LastModified ?? "");
  return roleCreatedAt.getTime() <= since ? state.Role : `${state.Role} (since removed)`;
}
