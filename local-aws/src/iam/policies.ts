/** IAM's operations on the policies of roles. */

import type * as sdk from "@aws-sdk/client-iam";
import type { Policy } from "../policy/evaluate.ts";
import { validatePolicy } from "../policy/grammar.ts";
import { AwsError, notImplemented } from "../service.ts";
import type { Operations } from "../wire/operations.ts";
import { percentEncoded } from "./roles.ts";
import { check, type InlinePolicy, page, type Role, requireRole } from "./state.ts";

/** All inline policies of a role together, whitespace not counted. */
const INLINE_SIZE = 10_240;

/** The policies that AWS manages and the local AWS knows. */
const MANAGED: Record<string, Policy> = {
  "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole": {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: "*",
      },
    ],
  },
};

/** The policies that decide what a role may do: inline and attached. */
export const policiesOf = (role: Role): Policy[] => [
  ...role.inline.map(parsed),
  ...role.attached.flatMap(arn => MANAGED[arn] ?? []),
];

const known = new WeakMap<InlinePolicy, Policy>();

/** Each once: every call that a function makes asks its role's policies. */
function parsed(inline: InlinePolicy): Policy {
  const policy = known.get(inline) ?? (JSON.parse(inline.document) as Policy);
  known.set(inline, policy);
  return policy;
}

export const policyOperations: Operations<typeof sdk> = {
  PutRolePolicy: {
    params: ["RoleName", "PolicyName", "PolicyDocument"],
    run(input, context) {
      const role = requireRole(input, context);
      check(input, ["PolicyName", "PolicyDocument"]);
      validatePolicy(input.PolicyDocument, "identity");
      const others = role.inline.filter(({ name }) => name !== input.PolicyName);
      const inline = [...others, { name: input.PolicyName, document: input.PolicyDocument }];
      checkSize(role, inline);
      role.inline = inline;
    },
  },
  GetRolePolicy: {
    params: ["RoleName", "PolicyName"],
    run(input, context) {
      const role = requireRole(input, context);
      const { name, document } = inlinePolicy(role, input);
      return { RoleName: role.name, PolicyName: name, PolicyDocument: percentEncoded(document) };
    },
  },
  DeleteRolePolicy: {
    params: ["RoleName", "PolicyName"],
    run(input, context) {
      const role = requireRole(input, context);
      const deleted = inlinePolicy(role, input);
      role.inline = role.inline.filter(policy => policy !== deleted);
    },
  },
  ListRolePolicies: {
    params: ["RoleName", "Marker", "MaxItems"],
    run(input, context) {
      const { items, ...rest } = page(requireRole(input, context).inline, input);
      return { PolicyNames: items.map(({ name }) => name), ...rest };
    },
  },
  AttachRolePolicy: {
    params: ["RoleName", "PolicyArn"],
    run(input, context) {
      const role = requireRole(input, context);
      check(input, ["PolicyArn"]);
      if (!MANAGED[input.PolicyArn]) throw unknownManagedPolicy(input.PolicyArn);
      if (!role.attached.includes(input.PolicyArn)) role.attached.push(input.PolicyArn);
    },
  },
  DetachRolePolicy: {
    params: ["RoleName", "PolicyArn"],
    run(input, context) {
      const role = requireRole(input, context);
      check(input, ["PolicyArn"]);
      if (!role.attached.includes(input.PolicyArn))
        throw new AwsError("NoSuchEntity", 404, `Policy ${input.PolicyArn} was not found.`);
      role.attached = role.attached.filter(arn => arn !== input.PolicyArn);
    },
  },
  ListAttachedRolePolicies: {
    params: ["RoleName", "Marker", "MaxItems"],
    run(input, context) {
      const { items, ...rest } = page(requireRole(input, context).attached, input);
      return {
        AttachedPolicies: items.map(PolicyArn => ({ PolicyName: PolicyArn.split("/").pop(), PolicyArn })),
        ...rest,
      };
    },
  },
};

function checkSize(role: Role, inline: InlinePolicy[]): void {
  const size = inline.reduce((sum, { document }) => sum + document.replace(/\s/g, "").length, 0);
  if (size > INLINE_SIZE)
    throw new AwsError(
      "LimitExceeded",
      409,
      `Maximum policy size of ${INLINE_SIZE} bytes exceeded for role ${role.name}`,
    );
}

function inlinePolicy(role: Role, input: { PolicyName: string }): InlinePolicy {
  check(input, ["PolicyName"]);
  const policy = role.inline.find(({ name }) => name === input.PolicyName);
  if (!policy)
    throw new AwsError("NoSuchEntity", 404, `The role policy with name ${input.PolicyName} cannot be found.`);
  return policy;
}

/** A policy of AWS's own exists for all that is known here; one of the account's cannot, as none is ever made. */
function unknownManagedPolicy(arn: string): AwsError {
  if (arn.startsWith("arn:aws:iam::aws:policy/")) return notImplemented(`the managed policy ${arn}`);
  return new AwsError("NoSuchEntity", 404, `Policy ${arn} does not exist or is not attachable.`);
}
