/** The weather that a click brings: bad days of one part at a time, so that it can be seen what they do to the rest. */
import { CLEAR, type Climate } from "local-aws";

export const FINE = "fine";

/** By the name that the view shows. */
export const CLIMATES: Record<string, Climate> = {
  [FINE]: CLEAR,
  slow: { ...CLEAR, latency: 3_000, only: "dynamodb" },
  "DynamoDB throttles": { ...CLEAR, throttling: 0.8, only: "dynamodb" },
  "connections break": { ...CLEAR, failures: 0.8, only: "dynamodb" },
  "API Gateway throttles": { ...CLEAR, gateway: 0.7 },
  "a new role is not known yet": { ...CLEAR, strangers: true },
};
