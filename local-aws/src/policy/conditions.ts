/** The Condition element of policies. An operator that is not listed here is refused by name. */
import { notImplemented } from "../service.ts";

/** Whether a text matches a pattern with `*` and `?`. */
export function like(pattern: string, text: string): boolean {
  if (pattern === "*" || pattern === text) return true;
  if (!/[*?]/.test(pattern)) return false;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "su").test(text);
}

type Value = string | boolean | number;

/** Operator -> condition key -> one value or several. */
export type PolicyConditions = Record<string, Record<string, Value | Value[]>>;

type Test = (wanted: string, actual: string) => boolean;

const equal: Test = (wanted, actual) => wanted === actual;
const equalIgnoringCase: Test = (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase();

/** An ARN matches part by part: `*` does not reach over a colon, except in the last of the six parts. */
const arnLike: Test = (wanted, actual) => {
  const parts = arnParts(actual);
  const patterns = arnParts(wanted);
  return patterns.length === parts.length && patterns.every((pattern, at) => like(pattern, parts[at] ?? ""));
};

const arnParts = (arn: string): string[] => {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
};

const OPERATORS: Record<string, Test> = {
  StringEquals: equal,
  StringEqualsIgnoreCase: equalIgnoringCase,
  StringLike: like,
  // AWS documents that ArnEquals and ArnLike behave identically.
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: equalIgnoringCase,
};

/** Whether all conditions of a statement hold, given the keys that the request has. */
export function conditionsHold(conditions: PolicyConditions, request: Record<string, string>): boolean {
  return Object.entries(conditions).every(([operator, tests]) =>
    Object.entries(tests).every(([key, values]) =>
      holds(operator, [values].flat().map(String), presentValue(request, key)),
    ),
  );
}

/** The names of condition keys are not case-sensitive. */
const presentValue = (request: Record<string, string>, key: string): string | undefined =>
  Object.entries(request).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];

function holds(operator: string, wanted: string[], actual: string | undefined): boolean {
  if (operator === "Null") return wanted.includes(String(actual === undefined));
  const ifExists = operator.endsWith("IfExists");
  const [, kind, not, comparison] =
    /^(String|Arn|Bool)(Not)?(.*)$/.exec(ifExists ? operator.slice(0, -"IfExists".length) : operator) ?? [];
  const test = OPERATORS[`${kind}${comparison}`];
  if (!test) throw notImplemented(`the condition operator ${operator} of policies`);
  if (wanted.some(value => value.includes("${")))
    throw notImplemented("variables in the conditions of policies");
  // A negated operator holds for a request that does not have the key.
  if (actual === undefined) return ifExists || not !== undefined;
  return wanted.some(value => test(value, actual)) !== (not !== undefined);
}
