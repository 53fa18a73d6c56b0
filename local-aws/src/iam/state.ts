/** What IAM keeps, and the checks that its operations share. */
import { randomBytes } from "node:crypto";
import { pageOf } from "../page.ts";
import { AwsError, type Context } from "../service.ts";
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
  RoleName: { min: 1, max: 64, pattern: /^[\w+=,.@-]+$/ },
  PolicyName: { min: 1, max: 128, pattern: /^[\w+=,.@-]+$/ },
  PolicyDocument: { min: 1, max: 131_072 },
  PolicyArn: { min: 20, max: 2048 },
  Description: { max: 1000 },
  MaxSessionDuration: { min: 3600, max: 43_200 },
  Path: { min: 1, max: 512, pattern: /^(\/|\/[!-~]+\/)$/ },
  MaxItems: { min: 1, max: 1000 },
} satisfies Record<string, Constraints>;

type Parameters = { [Name in keyof typeof PARAMETERS]?: unknown };

/** Refuses parameters that break their constraints. */
export function check(input: Parameters, names: readonly (keyof Parameters)[]): void {
  for (const name of names) {
    const label = name.charAt(0).toLowerCase() + name.slice(1);
    const broken = brokenConstraint(label, input[name], PARAMETERS[name]);
    if (broken) throw new AwsError("ValidationError", 400, broken);
  }
}

/** The role that a call is about. */
export function requireRole(input: { RoleName: string }, { world }: Context): Role {
  check(input, ["RoleName"]);
  const role = roleOf(world, input.RoleName);
  if (!role) throw new AwsError("NoSuchEntity", 404, `The role with name ${input.RoleName} cannot be found.`);
  return role;
}

/** One page of a list, as Marker and MaxItems ask for it. */
export function page<Item>(all: Item[], input: { Marker?: string; MaxItems?: number }) {
  check(input, ["MaxItems"]);
  const { items, next } = pageOf(
    all,
    { token: input.Marker, size: input.MaxItems ?? 100 },
    marker => new AwsError("ValidationError", 400, `Invalid Marker: ${marker}`),
  );
  return { items, IsTruncated: next !== undefined, Marker: next };
}
