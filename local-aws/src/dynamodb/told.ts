/** What DynamoDB tells of an operation on items: its condition, the item before and after, the capacity it took. */
import type { AwsError, Context, Input } from "../service.ts";
import type { Span } from "../trace/trace.ts";
import { capacityUnits } from "./dynalite.ts";
import type { Seen } from "./items.ts";

/** Runs an operation and tells the trace of the request that caused it, if there is one. */
export async function telling(
  { trace }: Context,
  operation: string,
  input: Input,
  run: (seen: Seen) => Promise<unknown>,
): Promise<unknown> {
  const seen: Seen = {};
  if (!trace) return run(seen);
  const started = performance.now();
  const tell = (outcome: Span["outcome"], why: string) => {
    const units = unitsOf(seen, operation.startsWith("Get"), input.ConsistentRead);
    trace.tell(
      "dynamodb",
      { what: `${operation} ${input.TableName}`, outcome, why, data: { input, ...seen, units } },
      started,
    );
  };
  try {
    const output = await run(seen);
    tell("passed", whyOf(operation, input, seen));
    return output;
  } catch (error) {
    const { code, message } = error as AwsError;
    const isCondition = code?.includes("ConditionalCheckFailed");
    tell(
      isCondition ? "declined" : "failed",
      isCondition ? heldAgainst(input, "does not hold") : `${code}: ${message}`,
    );
    throw error;
  }
}

/** The capacity that an operation on one item takes: that of the larger of the two. */
const unitsOf = ({ before, after }: Seen, isRead: boolean, isConsistent: unknown): number =>
  Math.max(...[before, after].map(item => capacityUnits(item, isRead, isConsistent)));

const heldAgainst = ({ ConditionExpression }: Input, verdict: string): string =>
  `The condition "${ConditionExpression}" ${verdict} for the item that is there.`;

function whyOf(operation: string, input: Input, { before }: Seen): string {
  if (operation.startsWith("Get")) return before ? "The key holds an item." : "The key holds no item.";
  if (!input.ConditionExpression)
    return before ? "Without a condition: the item is replaced." : "Without a condition.";
  return before
    ? heldAgainst(input, "holds")
    : `The condition "${input.ConditionExpression}" holds: there was no item.`;
}
