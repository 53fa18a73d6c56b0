/** What DynamoDB refuses of an operation on items and dynalite takes; each returns what DynamoDB would say. */
import type { Input, Rules } from "./dynalite.ts";

type Check = (data: Input) => string | undefined;

/** Scan says so as it stands, Query as one of its validation errors. */
const mustProject =
  (opening: string): Check =>
  ({ Select, ProjectionExpression, AttributesToGet }) =>
    Select === "SPECIFIC_ATTRIBUTES" && !ProjectionExpression && !AttributesToGet
      ? `${opening}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`
      : undefined;

/** The first segment is number 0, which dynalite takes for none. */
const mustCountSegments: Check = ({ Segment, TotalSegments }) =>
  Segment !== undefined && TotalSegments === undefined
    ? "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
    : undefined;

const COMPARISON = /(#?[\w.-]+)\s*(?:[<>]?=|[<>]|between)\s*(:\w+)/gi;

/** No key is empty, so that none can be looked for. */
const mustNameKeys: Check = ({ KeyConditionExpression, ...data }) => {
  const values = (data.ExpressionAttributeValues ?? {}) as Record<string, { S?: string; B?: string }>;
  const names = (data.ExpressionAttributeNames ?? {}) as Record<string, string>;
  for (const [, name = "", value = ""] of String(KeyConditionExpression ?? "").matchAll(COMPARISON)) {
    if (values[value]?.S === "" || values[value]?.B === "")
      return `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${names[name] ?? name}`;
  }
  return undefined;
};

const FURTHER: Record<string, Check[]> = {
  Query: [mustProject("1 validation error detected: "), mustNameKeys],
  Scan: [mustProject(""), mustCountSegments],
};

/** The rules, and after them those that dynalite lacks. */
export function withFurtherChecks(operation: string, rules: Rules): Rules {
  const custom: Rules["custom"] = (data, store) => {
    const message = rules.custom?.(data, store);
    if (message) return message;
    return (FURTHER[operation] ?? []).map(check => check(data)).find(Boolean);
  };
  return { ...rules, custom };
}
