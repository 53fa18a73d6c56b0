/** The parts that a request passes, by kind, and what a reader calls them. */
import type { Part } from "local-aws";
import type { Shown, ShownSpan } from "../shown.ts";

export const NAMES: Record<Part, string> = {
  browser: "Browser",
  s3: "S3",
  api: "API Gateway",
  permission: "Permission",
  lambda: "Lambda",
  iam: "IAM",
  dynamodb: "DynamoDB",
  logs: "Logs",
  answer: "Answer",
};

const WAYS: Record<Shown["kind"], Part[]> = {
  page: ["browser", "s3", "answer"],
  preflight: ["browser", "api", "answer"],
  api: ["browser", "api", "permission", "lambda", "iam", "dynamodb", "logs", "answer"],
  deploy: ["iam", "dynamodb", "logs", "lambda", "api", "s3"],
};

/** In the order in which a request reaches them; one that it did not reach is among them. */
export const wayOf = ({ kind, spans }: Shown): Part[] => {
  const way = WAYS[kind];
  const others = spans.map(({ part }) => part).filter(part => !way.includes(part));
  return [...way, ...new Set(others)];
};

export type State = ShownSpan["outcome"] | "unused";

const WORST: State[] = ["failed", "refused", "declined", "passed"];

/** How a request fared at a part: the worst of its decisions there. */
export const stateOf = ({ spans }: Shown, part: Part): State =>
  WORST.find(state => spans.some(span => span.part === part && span.outcome === state)) ?? "unused";

/** Signs beside the colours, for whoever does not see these. */
export const SIGNS: Record<State, string> = {
  passed: "✓",
  declined: "◇",
  refused: "✗",
  failed: "✗",
  unused: "–",
};

/** How a state is read out. */
export const WORDS: Record<State, string> = {
  passed: "passed",
  declined: "answered no",
  refused: "refused",
  failed: "failed",
  unused: "not reached",
};
