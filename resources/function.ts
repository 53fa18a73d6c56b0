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
import { type Known, orAbsent, type Removable, type Resource } from "../converge/resource.ts";
import { waitFor } from "../converge/retry.ts";
import { assertOurs } from "../converge/tags.ts";
import { siteOrigin } from "../converge/urls.ts";
import type { Stack } from "../stack.ts";

type FunctionState = NonNullable<GetFunctionCommandOutput["Configuration"]>;

interface FunctionNeeds {
  role: Known<{ createdAt: Date }>;
  code: () => Promise<{ zip: Uint8Array; sha256: string }>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html */
export function lambdaFunction(
  aws: Aws,
  stack: Stack,
): Resource<FunctionState, FunctionNeeds> & Removable<FunctionState> {
  const { lambda } = aws.sdk;
  const FunctionName = stack.lambda.name;
  const wanted = configuration(stack, siteOrigin(aws, stack.bucket.name));
  const Architectures: Architecture[] = [stack.lambda.architecture];

  async function read(): Promise<FunctionState | undefined> {
    const settled = await waitFor(`the function ${FunctionName} to settle`, 300, async () => {
      const found = await orAbsent(
        lambda.send(new GetFunctionCommand({ FunctionName })),
        "ResourceNotFoundException",
      );
      if (found) assertOurs(`function ${FunctionName}`, found.Tags, stack.tags);
      return isSettled(found) ? { found } : undefined;
    });
    return settled.found?.Configuration;
  }

  /** Waits for the state in which the function can be invoked and changed; reports why it got stuck. */
  async function usable(): Promise<FunctionState> {
    const state = await waitFor(`the function ${FunctionName} to be there`, 60, read);
    if (state.State !== "Failed" && state.LastUpdateStatus !== "Failed") return state;
    const reason = state.StateReason ?? state.LastUpdateStatusReason;
    throw new Refusal(`Cannot bring the function ${FunctionName} into use: ${reason}.`, "Run deploy again.");
  }

  async function create({ code }: FunctionNeeds): Promise<FunctionState> {
    const Code = { ZipFile: (await code()).zip };
    await lambda.send(
      new CreateFunctionCommand({ FunctionName, ...wanted, Code, Architectures, Tags: stack.tags }),
    );
    return usable();
  }

  async function configure() {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...wanted }));
    await usable();
  }

  async function upload(ZipFile: Uint8Array) {
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Architectures }));
    await usable();
  }

  async function settings(state: FunctionState, needs: FunctionNeeds) {
    const [{ zip, sha256 }, role] = await Promise.all([needs.code(), needs.role()]);
    const architectures = {
      name: "architecture",
      actual: state.Architectures ?? ["x86_64"],
      wanted: Architectures,
    };
    return [
      { settings: [...configured(state, wanted), boundTo(role, state)], call: configure },
      {
        settings: [{ name: "code (SHA-256)", actual: state.CodeSha256, wanted: sha256 }, architectures],
        call: () => upload(zip),
      },
    ];
  }

  const remove = () => lambda.send(new DeleteFunctionCommand({ FunctionName }));

  return { type: "function", name: FunctionName, read, create, settings, remove };
}

const isSettled = (found: GetFunctionCommandOutput | undefined) =>
  found?.Configuration?.State !== "Pending" && found?.Configuration?.LastUpdateStatus !== "InProgress";

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

const configured = (state: FunctionState, wanted: ReturnType<typeof configuration>) => [
  { name: "runtime", actual: state.Runtime, wanted: wanted.Runtime },
  { name: "handler", actual: state.Handler, wanted: wanted.Handler },
  { name: "role", actual: state.Role, wanted: wanted.Role },
  { name: "timeout in seconds", actual: state.Timeout, wanted: wanted.Timeout },
  { name: "memory in megabytes", actual: state.MemorySize, wanted: wanted.MemorySize },
  {
    name: "environment",
    actual: state.Environment?.Variables ?? {},
    wanted: wanted.Environment.Variables,
    isSecret: true,
  },
  {
    name: "log format",
    // AWS always tells; an endpoint that does not know the setting cannot change it either.
    actual: state.LoggingConfig ? state.LoggingConfig.LogFormat : wanted.LoggingConfig.LogFormat,
    wanted: wanted.LoggingConfig.LogFormat,
  },
];

/**
 * A role that was created anew under the same name since is another one: Lambda cannot decrypt the environment with
 * it until it is set again. https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors
 */
function boundTo(role: { createdAt: Date } | undefined, { LastModified = "" }: FunctionState) {
  const isPresent = role !== undefined && role.createdAt.getTime() <= Date.parse(LastModified);
  const present = "the present one";
  return { name: "role of that name", actual: isPresent ? present : "one since removed", wanted: present };
}
