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
import { orAbsent, parsePolicy, type Removable, type Resource, together } from "../converge/resource.ts";
import { assertOurs, asTagList, fromTagList } from "../converge/tags.ts";
import type { Stack } from "../stack.ts";

interface RoleState {
  /** For what is bound to it. */
  createdAt: Date;
  trust: unknown;
  policy: unknown;
  /** Inline policies besides ours, by name. */
  otherInline: string[];
  /** Managed policies, by ARN. */
  attached: string[];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html */
export function executionRole(
  { sdk: { iam } }: Aws,
  stack: Stack,
): Resource<RoleState> & Removable<RoleState> {
  const { name, policyName } = stack.role;
  const RoleName = name;
  const trust = trustPolicy(stack.role.trustedService);
  const policy = rolePolicy(stack.role.statements);

  async function read(): Promise<RoleState | undefined> {
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

  async function create(): Promise<RoleState> {
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    const Tags = asTagList(stack.tags);
    const Description = `What the function ${stack.lambda.name} may do`;
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Description, Tags }));
    return { createdAt: new Date(), trust, policy: undefined, otherInline: [], attached: [] };
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
    { name: "trust policy", actual: state.trust, wanted: trust, call: putTrust },
    { name: `policy ${policyName}`, actual: state.policy, wanted: policy, call: putPolicy },
    {
      name: "other inline policies",
      actual: otherInline,
      wanted: [],
      call: () => deleteInline(otherInline),
    },
    { name: "attached policies", actual: attached, wanted: [], call: () => detach(attached) },
  ];

  /** A role can be deleted only once it has no policies. */
  async function remove({ otherInline, attached, policy }: RoleState) {
    const inline = policy === undefined ? otherInline : [...otherInline, policyName];
    await together(deleteInline(inline), detach(attached));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  }

  return { type: "role", name, read, create, settings, remove };
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
