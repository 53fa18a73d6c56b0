/** CloudWatch Logs. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */

import type { Service } from "../service.ts";
import { awsJson } from "../wire/json.ts";
import { eventOperations } from "./events.ts";
import { groupOperations } from "./groups.ts";

export { type LogLine, writeLog } from "./line.ts";

export const logs: Service = {
  name: "logs",
  protocol: awsJson("1.1"),
  operations: { ...groupOperations, ...eventOperations },
};
