/** What makes a text a policy: the grammar that IAM and S3 check before they keep one. */

import { AwsError } from "../service.ts";
import { list, type Policy, type Statement } from "./evaluate.ts";

/**
 * "identity" is attached to who asks, "trust" says who may assume a role, "bucket" and "function" are attached to
 * what they are about.
 */
export type PolicyKind = "identity" | "trust" | "bucket" | "function";

/** Checks a policy for IAM and returns it parsed. */
export function validatePolicy(text: string, kind: "identity" | "trust"): Policy {
  const problem = policyProblem(text, kind);
  if (problem) throw new AwsError("MalformedPolicyDocument", 400, problem);
  return JSON.parse(text);
}

/** Says what is wrong with a policy, in AWS's words, or undefined when nothing is. */
export function policyProblem(text: string, kind: PolicyKind): string | undefined {
  const policy = parse(text);
  if (policy === undefined) return NOT_JSON[kind];
  return (
    documentProblem(policy) ??
    first(list(policy.Statement), statement => statementProblem(statement, kind)) ??
    sidProblem(list(policy.Statement))
  );
}

const NOT_JSON: Record<PolicyKind, string> = {
  identity: "Syntax errors in policy.",
  trust: "This policy contains invalid Json",
  bucket: "Policies must be valid JSON and the first byte must be '{'",
  function: "The policy is not valid JSON.",
};

function parse(text: string): Policy | undefined {
  try {
    const policy: unknown = JSON.parse(text);
    return text.startsWith("{") ? (policy as Policy) : undefined;
  } catch {
    return undefined;
  }
}

function documentProblem(policy: Policy): string | undefined {
  const unknown = Object.keys(policy).find(name => !["Version", "Id", "Statement"].includes(name));
  if (unknown) return `Unknown field ${unknown}`;
  if (!["2012-10-17", "2008-10-17"].includes(policy.Version ?? "2008-10-17"))
    return "The policy must contain a valid version string";
  if (list(policy.Statement).length === 0) return "Missing required field Statement";
  return undefined;
}

const FIELDS = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

function statementProblem(statement: Statement, kind: PolicyKind): string | undefined {
  if (typeof statement !== "object" || statement === null) return "Syntax errors in policy.";
  const unknown = Object.keys(statement).find(name => !FIELDS.includes(name));
  if (unknown) return `Unknown field ${unknown}`;
  if (statement.Effect === undefined) return "Missing required field Effect";
  if (!["Allow", "Deny"].includes(statement.Effect)) return `Invalid effect: ${statement.Effect}`;
  return (
    principalProblem(statement, kind) ?? actionProblem(statement, kind) ?? resourceProblem(statement, kind)
  );
}

function principalProblem(
  { Principal: principal, NotPrincipal }: Statement,
  kind: PolicyKind,
): string | undefined {
  const absent = principal === undefined && NotPrincipal === undefined;
  if (kind === "identity") return absent ? undefined : "Policy document should not specify a principal.";
  if (absent) return "Missing required field Principal";
  if (principal === undefined || principal === "*") return undefined;
  if (typeof principal !== "object") return "Invalid principal in policy";
  const kinds = ["AWS", "Service", "Federated", "CanonicalUser"];
  const stranger = Object.keys(principal).find(name => !kinds.includes(name));
  if (stranger) return `Invalid principal in policy: "${stranger}"`;
  const service = list(principal.Service).find(name => !/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(name));
  return service && `Invalid principal in policy: "SERVICE":"${service}"`;
}

function actionProblem(statement: Statement, kind: PolicyKind): string | undefined {
  const actions = list(statement.Action ?? statement.NotAction);
  if (actions.length === 0)
    return kind === "identity" ? "Policy statement must contain actions." : "Missing required field Action";
  if (kind === "trust")
    return actions.every(action => action.startsWith("sts:"))
      ? undefined
      : "AssumeRole policy may only specify STS AssumeRole actions.";
  if (kind === "bucket" || kind === "function") {
    const prefix = kind === "bucket" ? "s3:" : "lambda:";
    return actions.every(action => action === "*" || action.startsWith(prefix))
      ? undefined
      : "Policy has invalid action";
  }
  return actions.every(action => action === "*" || /^[a-z0-9-]+:[A-Za-z0-9*?]+$/.test(action))
    ? undefined
    : "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
}

function resourceProblem(statement: Statement, kind: PolicyKind): string | undefined {
  const resources = list(statement.Resource ?? statement.NotResource);
  if (kind === "trust") return resources.length > 0 ? "Has prohibited field Resource" : undefined;
  if (resources.length === 0)
    return kind === "identity"
      ? "Policy statement must contain resources."
      : "Missing required field Resource";
  const wrong = resources.find(resource => resource !== "*" && !/^arn:([^:]*:){4}./.test(resource));
  if (wrong === undefined) return undefined;
  return kind === "bucket" || kind === "function"
    ? "Policy has invalid resource"
    : `Resource ${wrong} must be in ARN format or "*".`;
}

function sidProblem(statements: Statement[]): string | undefined {
  const sids = statements.flatMap(({ Sid }) => (Sid ? [Sid] : []));
  if (new Set(sids).size < sids.length) return "Statement IDs (SID) in a single policy must be unique.";
  return undefined;
}

function first<Item>(items: Item[], problem: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = problem(item);
    if (found) return found;
  }
  return undefined;
}
