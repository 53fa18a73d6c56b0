/** CloudWatch Logs. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
import { eventOperations } from "./logs/events.ts";
import { groupOperations } from "./logs/groups.ts";
import { awsJson } from "./protocols.ts";
import type { Service } from "./service.ts";

export { type LogLine, writeLog } from "./logs/line.ts";

export const logs: Service = {
  name: "logs",
  protocol: awsJson("1.1"),
  operations: { ...groupOperations, ...eventOperations },
};
