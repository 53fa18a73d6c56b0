/** IAM: roles and their policies. https://docs.aws.amazon.com/IAM/latest/APIReference/ */
import { policyOperations } from "./iam-policies.ts";
import { roleOperations } from "./iam-roles.ts";
import { roleOf } from "./iam-state.ts";
import { evaluate } from "./policy.ts";
import { awsQuery } from "./query.ts";
import type { Service } from "./service.ts";
import type { World } from "./world.ts";

export const iam: Service = {
  name: "iam",
  protocol: awsQuery("https://iam.amazonaws.com/doc/2010-05-08/"),
  operations: { ...roleOperations, ...policyOperations },
};

export { roleOf };

/** Whether a service ("lambda.amazonaws.com") may assume a role by now. */
export function canAssume(world: World, roleArn: string, service: string): boolean {
  const role = roleOf(world, roleArn.split("/").pop() ?? "");
  if (role?.arn !== roleArn || role.createdAt + world.timing.roleAssumable > Date.now()) return false;
  const request = { action: "sts:AssumeRole", resource: roleArn, principal: { Service: service } };
  return evaluate(role.trustPolicy, request) === "allow";
}
