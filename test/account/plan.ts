/** What a run on an account will do there: known beforehand, for the same files have just run on the local AWS. */
import type { Observed } from "./record.ts";

/**
 * Seconds that a call costs on AWS, beyond its way there and back: what the account's fixed quotas and the states that
 * a resource goes through make one wait. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const SECONDS: Record<string, number> = {
  "APIGateway CreateRestApi": 33, // and one DeleteRestApi for it, in the end
  "APIGateway CreateDeployment": 5,
  "APIGateway CreateStage": 10,
  "DynamoDB CreateTable": 20,
  "DynamoDB UpdateTable": 10,
  "Lambda CreateFunction": 15,
  "Lambda UpdateFunctionCode": 5,
  "Lambda UpdateFunctionConfiguration": 5,
};
const CALL_SECONDS = 0.3;

/** What is created, in the words of the console. */
const CREATED: Record<string, string> = {
  "IAM CreateRole": "roles",
  "DynamoDB CreateTable": "tables",
  "Lambda CreateFunction": "functions",
  "APIGateway CreateRestApi": "REST APIs",
  "S3 CreateBucket": "buckets",
  "CloudWatchLogs CreateLogGroup": "log groups",
};

/** An upper estimate, in seconds. */
export const estimate = (calls: Observed[]): number =>
  calls.reduce((sum, { operation }) => sum + CALL_SECONDS + (SECONDS[operation] ?? 0), 0);

/** For whoever has to agree. */
export function planText(calls: Observed[], account: string, region: string): string {
  const times = (wanted: string) =>
    calls.filter(({ operation, error }) => operation === wanted && !error).length;
  const created = Object.entries(CREATED).map(([operation, what]) => `${times(operation)} ${what}`);
  return `On the account ${account}, in ${region}, this
- creates ${created.join(", ")}, and removes them all;
- makes about ${calls.length} calls, and takes at most ${Math.ceil(estimate(calls) / 60)} minutes, most of them waiting for API Gateway's quotas;
- costs less than $0.10: the calls are free, and nothing that is billed by the hour is created.`;
}
