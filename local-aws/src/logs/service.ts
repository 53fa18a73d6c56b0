/** CloudWatch Logs. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { arnIn } from "../access/demands.ts";
import { jsonRefusals } from "../access/refusals.ts";
import type { Context, Input, Service } from "../service.ts";
import { awsJson } from "../wire/aws-json.ts";
import { missingMembers } from "../wire/faults.ts";
import { apiOf } from "../wire/schema.ts";
import { eventOperations } from "./events.ts";
import { groupOperations } from "./groups.ts";
import { invalid } from "./state.ts";

export { type LogLine, writeLog } from "./line.ts";

const api = apiOf(sdk);

export const logs: Service = {
  name: "logs",
  api,
  protocol: awsJson(api, {
    version: "1.1",
    faults: { missing: members => invalid(missingMembers(members)) },
  }),
  operations: { ...groupOperations, ...eventOperations },
  permissions: { resourcesOf },
  refusals: jsonRefusals,
};

/** A log group, or a stream of it. */
function resourcesOf(input: Input, context: Context): string[] {
  const {
    resourceArn,
    logGroupIdentifier = "",
    logGroupName = logGroupIdentifier,
    logStreamName = "",
  } = input;
  const stream = `log-group:${logGroupName}:log-stream:${logStreamName}`;
  return [typeof resourceArn === "string" ? resourceArn : arnIn(context, "logs", stream)];
}
