/** Policies, evaluated as IAM does. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies.html */

import { notImplemented } from "../service.ts";
import { conditionsHold, like, type PolicyConditions } from "./conditions.ts";

export interface Policy {
  Version?: string;
  Id?: string;
  Statement: Statement | Statement[];
}

type OneOrMore = string | string[];

export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | Record<string, OneOrMore>;
  NotPrincipal?: unknown;
  Action?: OneOrMore;
  NotAction?: OneOrMore;
  Resource?: OneOrMore;
  NotResource?: OneOrMore;
  Condition?: PolicyConditions;
}

/** Who asks, for policies of resources: anybody at all, an AWS principal by ARN, or a service. */
export type Principal = "*" | { AWS: string } | { Service: string };

/** What somebody asks a policy for. */
export interface PolicyRequest {
  action: string;
  resource: string;
  /** Left out for identity policies, which hold for whom they are attached to. */
  principal?: Principal;
  /** The condition keys that the request has, "aws:SourceArn" and so on. */
  conditions?: Record<string, string>;
}

export type Verdict = "allow" | "deny" | "none";

/** What a policy says to a request. An explicit deny wins. */
export const evaluate = (policy: string | Policy, request: PolicyRequest): Verdict =>
  verdictOf(deciding(policy, request));

/** The statement that decides: one that denies, else one that allows. */
export function deciding(policy: string | Policy, request: PolicyRequest): Statement | undefined {
  const applying = statementsOf(policy).filter(statement => applies(statement, request));
  return applying.find(({ Effect }) => Effect === "Deny") ?? applying[0];
}

/** What the statement that decides says. */
export const verdictOf = (statement: Statement | undefined): Verdict =>
  statement === undefined ? "none" : statement.Effect === "Deny" ? "deny" : "allow";

/** The statements of a policy, given as text or as data. */
export const statementsOf = (policy: string | Policy): Statement[] =>
  list((typeof policy === "string" ? (JSON.parse(policy) as Policy) : policy).Statement);

/** A policy's element: one value or a list of them. */
export const list = <T>(values: T | T[] | undefined): T[] =>
  values === undefined ? [] : ([values].flat() as T[]);

const applies = (statement: Statement, request: PolicyRequest): boolean =>
  Object.values(ELEMENTS).every(holds => holds(statement, request));

/** What must hold of a statement's elements, so that it applies. */
const ELEMENTS: Record<string, (statement: Statement, request: PolicyRequest) => boolean> = {
  Principal: (statement, { principal }) => principal === undefined || isFor(statement, principal),
  Action: ({ Action, NotAction }, { action }) =>
    named(Action, NotAction, pattern => like(pattern.toLowerCase(), action.toLowerCase())),
  Resource: ({ Resource, NotResource }, { resource }) =>
    named(Resource, NotResource, pattern => like(withoutVariables(pattern), resource)),
  Condition: ({ Condition = {} }, { conditions = {} }) => conditionsHold(Condition, conditions),
};

/** The elements of a statement that keep it from applying: "Resource", "Condition". */
export const failing = (statement: Statement, request: PolicyRequest): string[] =>
  Object.keys(ELEMENTS).filter(name => !ELEMENTS[name]!(statement, request));

function named(
  patterns: OneOrMore | undefined,
  except: OneOrMore | undefined,
  matches: (pattern: string) => boolean,
): boolean {
  if (except !== undefined) return !list(except).some(matches);
  // A trust policy has no resource: it is about the role that it belongs to.
  return patterns === undefined || list(patterns).some(matches);
}

function withoutVariables(pattern: string): string {
  if (pattern.includes("${")) throw notImplemented(`policy variables (${pattern})`);
  return pattern;
}

function isFor({ Principal: granted, NotPrincipal }: Statement, principal: Principal): boolean {
  if (NotPrincipal !== undefined) throw notImplemented("NotPrincipal in policies");
  if (granted === undefined) return false;
  if (granted === "*" || list(granted.AWS).includes("*")) return true;
  if (principal === "*") return false;
  if ("Service" in principal) return list(granted.Service).includes(principal.Service);
  const account = principal.AWS.split(":")[4];
  return list(granted.AWS).some(
    name => name === principal.AWS || name === account || name.endsWith(`:iam::${account}:root`),
  );
}

/** The condition keys that tie a public principal down when their value is fixed. */
const TYING =
  /^(aws:(SourceArn|SourceVpc|SourceVpce|SourceAccount|SourceOwner|SourceIp|PrincipalOrgID|PrincipalArn|userid)|s3:DataAccessPointA(rn|ccount))$/i;

/**
 * Whether a bucket policy is public in the sense of S3 Block Public Access: it allows something to principals
 * that no fixed value ties down.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export const isPublic = (policy: string | Policy): boolean =>
  statementsOf(policy).some(
    statement => statement.Effect === "Allow" && isForAnyone(statement) && !isTied(statement.Condition ?? {}),
  );

const isForAnyone = ({ Principal: granted, NotPrincipal }: Statement): boolean =>
  NotPrincipal !== undefined ||
  granted === "*" ||
  (granted !== undefined && list(granted.AWS).some(name => name.includes("*")));

const isTied = (conditions: PolicyConditions): boolean =>
  Object.entries(conditions).some(
    ([operator, tests]) =>
      /^(String|Arn)(Equals|Like)$|^IpAddress$/.test(operator) &&
      Object.entries(tests).some(([key, values]) => TYING.test(key) && list(values).every(isFixed)),
  );

const isFixed = (value: string | boolean | number): boolean =>
  !/[*?]|\$\{|^0\.0\.0\.0\/|^::\/0$/.test(String(value));
