/** What IAM keeps, and the checks that its operations share. */
import { randomBytes } from "node:crypto";
import { AwsError, type Context, type Input } from "../service.ts";
import { brokenConstraint, type Constraints } from "../wire/constraints.ts";
import type { World } from "../world.ts";

export interface Tag {
  Key: string;
  Value: string;
}

export interface Role {
  name: string;
  /** Another one for a role of the same name that is created again. */
  id: string;
  path: string;
  arn: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  trustPolicy: string;
  description?: string;
  maxSessionDuration: number;
  tags: Tag[];
  inline: InlinePolicy[];
  /** ARNs of attached managed policies. */
  attached: string[];
}

export interface InlinePolicy {
  name: string;
  document: string;
}

interface IamState {
  roles: Role[];
}

/** All roles. */
export const rolesOf = (world: World): Role[] => world.state<IamState>("iam", () => ({ roles: [] })).roles;

/** A role by its name, or undefined when there is none. */
export const roleOf = (world: World, roleName: string): Role | undefined =>
  rolesOf(world).find(({ name }) => name === roleName);

/** A unique id as IAM makes them: "AROA" and 17 letters and digits. */
export function uniqueId(prefix: string, length = 17): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from(randomBytes(length), byte => alphabet[byte % 32]).join("");
}

/** Constraints on the parameters that several operations have. */
export const PARAMETERS = {
  RoleName: { required: true, min: 1, max: 64, pattern: /^[\w+=,.@-]+$/ },
  PolicyName: { required: true, min: 1, max: 128, pattern: /^[\w+=,.@-]+$/ },
  PolicyDocument: { required: true, min: 1, max: 131_072 },
  PolicyArn: { required: true, min: 20, max: 2048 },
  Description: { max: 1000 },
  MaxSessionDuration: { min: 3600, max: 43_200 },
  Path: { min: 1, max: 512, pattern: /^(\/|\/[!-~]+\/)$/ },
  MaxItems: { min: 1, max: 1000 },
} satisfies Record<string, Constraints>;

/** Refuses parameters that break their constraints, and those that are missing. */
export function check(input: Input, names: readonly (keyof typeof PARAMETERS)[]): void {
  for (const name of names) {
    const numeric = name === "MaxSessionDuration" || name === "MaxItems";
    const value = numeric && input[name] !== undefined ? Number(input[name]) : input[name];
    const label = (name[0] ?? "").toLowerCase() + name.slice(1);
    const broken = brokenConstraint(label, value, PARAMETERS[name]);
    if (broken) throw new AwsError("ValidationError", 400, broken);
  }
}

/** The role that a call is about. */
export function requireRole(input: Input, { world }: Context): Role {
  check(input, ["RoleName"]);
  const role = roleOf(world, input.RoleName);
  if (!role) throw new AwsError("NoSuchEntity", 404, `The role with name ${input.RoleName} cannot be found.`);
  return role;
}

/** One page of a list, as Marker and MaxItems ask for it. */
export function page<Item>(items: Item[], input: Input) {
  check(input, ["MaxItems"]);
  const start = input.Marker === undefined ? 0 : startAt(input.Marker);
  const end = start + Number(input.MaxItems ?? 100);
  const more = end < items.length;
  return {
    items: items.slice(start, end),
    IsTruncated: more,
    Marker: more ? Buffer.from(`${end}`).toString("base64") : undefined,
  };
}

function startAt(marker: string): number {
  const start = Number(Buffer.from(marker, "base64").toString());
  if (!Number.isInteger(start) || start < 1)
    throw new AwsError("ValidationError", 400, `Invalid Marker: ${marker}`);
  return start;
}
