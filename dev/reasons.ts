/** Why a request came to nothing, where it was not the function that said so. */
import type { Part, Span, Trace } from "local-aws";

/** Whose decisions are told, and which. */
const TOLD: Partial<Record<Part, Span["outcome"]>> = {
  permission: "refused",
  iam: "refused",
  api: "failed",
  lambda: "failed",
};

/**
 * What each part that refused or failed tells: the action, the resource, the statement that lacks it. A failure that
 * the function has answered itself, it has logged itself.
 */
export function reasonsOf({ spans }: Trace): string[] {
  const told = spans.filter(({ part, outcome }) => TOLD[part] === outcome);
  const isAnswered = !told.some(({ part }) => part === "api");
  return told
    .filter(({ part }) => !(isAnswered && part === "lambda"))
    .map(({ part, what, why }) => `  ${part}, ${what}: ${why}`);
}
