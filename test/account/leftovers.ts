/** Removes what runs of the suite have left in an account: stacks by their tag, what stood in their way by its own. */
import { DeleteRestApiCommand } from "@aws-sdk/client-api-gateway";
import { DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import { DeleteRoleCommand } from "@aws-sdk/client-iam";
import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { DeleteBucketCommand } from "@aws-sdk/client-s3";
import type { Aws, Clients } from "../../converge/aws.ts";
import { waitFor } from "../../converge/retry.ts";
import { taggedIn } from "../../converge/stacks.ts";
import { teardown } from "../../remove.ts";
import { FOREIGN_TAG } from "../shared/foreign.ts";
import { list, listedNames } from "../shared/listed.ts";

/** Where the names of all stacks of the suite begin; nobody calls a stack so by hand. */
export const PREFIX = "suite-";

const STACK_TAG = "dynamosync:stack";

/**
 * Removes them, one after the other: API Gateway lets an account delete one API in 30 seconds.
 * @param tell is given a line for each stack
 * @returns the names of what is left
 */
export async function removeLeftovers(aws: Aws, tell: (line: string) => void): Promise<string[]> {
  const found = await taggedIn(aws);
  const foreign = found.filter(({ name, tags }) => tags?.[FOREIGN_TAG] && name.includes(PREFIX));
  for (const [type, remove] of Object.entries(REMOVERS))
    for (const { name } of foreign.filter(one => one.type === type)) await remove(aws.sdk, name);
  const stacks = found.filter(one => !foreign.includes(one)).map(({ tags }) => tags?.[STACK_TAG] ?? "");
  for (const name of new Set(stacks.filter(stack => stack.startsWith(PREFIX)))) {
    tell(`removing ${name}`);
    const options = { name, region: aws.region, aws, confirm: async () => true };
    await teardown(options).catch(error => tell(`${error.message} ${error.remedy ?? ""}`));
  }
  return whatStays(aws, tell);
}

/** What is on its way out is listed until it is gone: a table for seconds. */
async function whatStays(aws: Aws, tell: (line: string) => void): Promise<string[]> {
  let listed: string[] = [];
  await waitFor("everything to be gone", 60, async () => {
    listed = await listedNames(aws.sdk, PREFIX, aws.region);
    return listed.length === 0 || undefined;
  }).catch(error => tell(error.message));
  return listed;
}

/** What could be somebody else's by its name, in the order in which it goes: functions before their roles. */
const REMOVERS: Record<string, (sdk: Clients, name: string) => Promise<unknown>> = {
  function: ({ lambda }, FunctionName) => lambda.send(new DeleteFunctionCommand({ FunctionName })),
  role: ({ iam }, RoleName) => iam.send(new DeleteRoleCommand({ RoleName })),
  table: ({ dynamodb }, TableName) => dynamodb.send(new DeleteTableCommand({ TableName })),
  "log group": ({ logs }, logGroupName) => logs.send(new DeleteLogGroupCommand({ logGroupName })),
  bucket: ({ s3 }, Bucket) => s3.send(new DeleteBucketCommand({ Bucket })),
  async "REST API"(sdk, name) {
    for (const { id: restApiId } of (await list(sdk, name)).apis)
      await sdk.apigateway.send(new DeleteRestApiCommand({ restApiId }));
  },
};
