/** IAM's operations on roles themselves. */
import type * as sdk from "@aws-sdk/client-iam";
import { tagging } from "../access/demands.ts";
import { validatePolicy } from "../policy/grammar.ts";
import { AwsError, type Context } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { check, page, type Role, requireRole, rolesOf, uniqueId } from "./state.ts";
import { withoutTags, withTags } from "./tags.ts";

/** The default quota: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const TRUST_POLICY_SIZE = 2048;

export const roleOperations: Operations<typeof sdk> = {
  CreateRole: {
    params: ["RoleName", "AssumeRolePolicyDocument", "Path", "Description", "MaxSessionDuration", "Tags"],
    run: createRole,
    demands: ({ Tags }, role) => tagging(Tags, "iam:TagRole", role),
  },
  GetRole: {
    params: ["RoleName"],
    run: (input, context) => ({ Role: { ...shown(requireRole(input, context)), RoleLastUsed: {} } }),
  },
  ListRoles: { params: ["PathPrefix", "Marker", "MaxItems"], run: listRoles },
  UpdateRole: { params: ["RoleName", "Description", "MaxSessionDuration"], run: updateRole },
  // Superseded by UpdateRole, and still what Terraform sends.
  UpdateRoleDescription: {
    params: ["RoleName", "Description"],
    run(input, context) {
      const role = requireRole(input, context);
      check(input, ["Description"]);
      role.description = input.Description;
      return { Role: shown(role) };
    },
  },
  UpdateAssumeRolePolicy: { params: ["RoleName", "PolicyDocument"], run: updateTrustPolicy },
  DeleteRole: { params: ["RoleName"], run: deleteRole },
  TagRole: {
    params: ["RoleName", "Tags"],
    run(input, context) {
      const role = requireRole(input, context);
      role.tags = withTags(role.tags, input.Tags);
    },
  },
  UntagRole: {
    params: ["RoleName", "TagKeys"],
    run(input, context) {
      const role = requireRole(input, context);
      role.tags = withoutTags(role.tags, input.TagKeys);
    },
  },
  ListRoleTags: {
    params: ["RoleName", "Marker", "MaxItems"],
    run(input, context) {
      const { items, ...rest } = page(requireRole(input, context).tags, input);
      return { Tags: items, ...rest };
    },
  },
  // Terraform asks for them before it deletes a role. There are none: instance profiles belong to EC2.
  ListInstanceProfilesForRole: {
    params: ["RoleName", "Marker", "MaxItems"],
    run(input, context) {
      requireRole(input, context);
      return { InstanceProfiles: [], IsTruncated: false };
    },
  },
};

function createRole(input: Given<sdk.CreateRoleCommandInput>, { world }: Context) {
  check(input, ["RoleName", "Path", "Description", "MaxSessionDuration"]);
  const { RoleName: name, Path: path = "/" } = input;
  const tags = withTags([], input.Tags ?? []);
  const trustPolicy = checkTrustPolicy(input.AssumeRolePolicyDocument);
  const roles = rolesOf(world);
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html: names differ by more than case.
  if (roles.some(taken => taken.name.toLowerCase() === name.toLowerCase()))
    throw new AwsError("EntityAlreadyExists", 409, `Role with name ${name} already exists.`);
  const role: Role = {
    name,
    id: uniqueId("AROA"),
    path,
    arn: `arn:aws:iam::${world.account}:role${path}${name}`,
    createdAt: Date.now(),
    trustPolicy,
    description: input.Description,
    maxSessionDuration: input.MaxSessionDuration ?? 3600,
    tags,
    inline: [],
    attached: [],
  };
  roles.push(role);
  return { Role: shown(role) };
}

function checkTrustPolicy(text: string): string {
  check({ PolicyDocument: text }, ["PolicyDocument"]);
  validatePolicy(text, "trust");
  if (text.replace(/\s/g, "").length > TRUST_POLICY_SIZE)
    throw new AwsError("LimitExceeded", 409, `Cannot exceed quota for ACLSizePerRole: ${TRUST_POLICY_SIZE}`);
  return text;
}

function listRoles(input: Given<sdk.ListRolesCommandInput>, { world }: Context) {
  const roles = rolesOf(world)
    .filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, ...rest } = page(roles, input);
  return { Roles: items.map(role => ({ ...shown(role), Tags: undefined })), ...rest };
}

function updateRole(input: Given<sdk.UpdateRoleCommandInput>, context: Context) {
  const role = requireRole(input, context);
  check(input, ["Description", "MaxSessionDuration"]);
  if (input.Description !== undefined) role.description = input.Description;
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html: one hour when it is left out.
  role.maxSessionDuration = input.MaxSessionDuration ?? 3600;
  return {};
}

function updateTrustPolicy(input: Given<sdk.UpdateAssumeRolePolicyCommandInput>, context: Context): void {
  const role = requireRole(input, context);
  role.trustPolicy = checkTrustPolicy(input.PolicyDocument);
}

function deleteRole(input: Given<sdk.DeleteRoleCommandInput>, context: Context): void {
  const role = requireRole(input, context);
  const conflict = (what: string) =>
    new AwsError("DeleteConflict", 409, `Cannot delete entity, must ${what} first.`);
  if (role.attached.length > 0) throw conflict("detach all policies");
  if (role.inline.length > 0) throw conflict("delete policies");
  const roles = rolesOf(context.world);
  roles.splice(roles.indexOf(role), 1);
}

const shown = (role: Role) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: new Date(Math.floor(role.createdAt / 1000) * 1000),
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html: URL-encoded as RFC 3986 says.
  AssumeRolePolicyDocument: percentEncoded(role.trustPolicy),
  Description: role.description,
  MaxSessionDuration: role.maxSessionDuration,
  Tags: role.tags.length > 0 ? role.tags : undefined,
});

/** A policy document as IAM answers it. */
export const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
