/** The role that the function runs under: it may read and store items and write its log, and nothing else. */
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { Aws } from "../converge/aws.ts";
import {
  assertOurs,
  type Existing,
  orAbsent,
  parsePolicy,
  type Resource,
  together,
} from "../converge/resource.ts";
import { asTagList, fromTagList } from "../converge/tags.ts";
import type { Stack } from "../stack.ts";

export interface RoleState {
  createdAt: Date;
  trust: unknown;
  policy: unknown;
  /** Inline policies besides ours, by name. */
  otherInline: string[];
  /** Managed policies, by ARN. */
  attached: string[];
}

/** The role, and its age for what is bound to it. */
export interface Role extends Resource<RoleState>, Existing<RoleState> {
  /** When the role that was found or created last came to be; now, as long as there is none. */
  createdAt(): Promise<Date>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html */
export function role({ sdk: { iam } }: Aws, stack: Stack): Role {
  let latest: Promise<RoleState | undefined> = Promise.resolve(undefined);
  const { name, policyName } = stack.role;
  const RoleName = name;
  const trust = trustPolicy(stack.role.trustedService);
  const policy = rolePolicy(stack.role.statements);

  async function find(): Promise<RoleState | undefined> {
    const found = await orAbsent(iam.send(new GetRoleCommand({ RoleName })), "NoSuchEntityException");
    if (!found?.Role) return undefined;
    assertOurs(`role ${name}`, fromTagList(found.Role.Tags), stack.tags);
    const [ours, inline, attached] = await Promise.all([
      orAbsent(
        iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: policyName })),
        "NoSuchEntityException",
      ),
      iam.send(new ListRolePoliciesCommand({ RoleName })),
      iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
    ]);
    return {
      createdAt: found.Role.CreateDate!,
      trust: decode(found.Role.AssumeRolePolicyDocument),
      policy: decode(ours?.PolicyDocument),
      otherInline: inline.PolicyNames!.filter(other => other !== policyName),
      attached: attached.AttachedPolicies!.map(({ PolicyArn }) => PolicyArn!),
    };
  }

  const read = () => {
    latest = find();
    return latest;
  };

  async function create(): Promise<RoleState> {
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    const Tags = asTagList(stack.tags);
    const Description = `What the function ${stack.lambda.name} may do`;
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Description, Tags }));
    const created = { createdAt: new Date(), trust, policy: undefined, otherInline: [], attached: [] };
    latest = Promise.resolve(created);
    return created;
  }

  const putPolicy = () =>
    iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: policyName, PolicyDocument: JSON.stringify(policy) }),
    );

  const putTrust = () =>
    iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(trust) }));

  const deleteInline = (names: string[]) =>
    together(...names.map(PolicyName => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }))));

  const detach = (arns: string[]) =>
    together(...arns.map(PolicyArn => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))));

  const settings = ({ otherInline, attached, ...state }: RoleState) => [
    { name: "trust policy", actual: state.trust, wanted: trust, write: putTrust },
    { name: `policy ${policyName}`, actual: state.policy, wanted: policy, write: putPolicy },
    {
      name: "other inline policies",
      actual: otherInline,
      wanted: [],
      write: () => deleteInline(otherInline),
    },
    { name: "attached policies", actual: attached, wanted: [], write: () => detach(attached) },
  ];

  /** A role can be deleted only once it has no policies. */
  async function remove({ otherInline, attached, policy }: RoleState) {
    const inline = policy === undefined ? otherInline : [...otherInline, policyName];
    await together(deleteInline(inline), detach(attached));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  }

  const createdAt = async () => (await latest)?.createdAt ?? new Date();

  return { type: "role", name, read, create, settings, remove, createdAt };
}

/** IAM answers policies percent-encoded. */
const decode = (document: string | undefined) => parsePolicy(document && decodeURIComponent(document));

const trustPolicy = (Service: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
});

const rolePolicy = (statements: Stack["role"]["statements"]) => ({
  Version: "2012-10-17",
  Statement: statements.map(({ actions, resource }) => ({
    Effect: "Allow",
    Action: actions,
    Resource: resource,
  })),
});
