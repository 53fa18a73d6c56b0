/** A role of one inline policy in a world of its own, and how to ask as it. */
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { authorize } from "../src/access/authorize.ts";
import type { Route } from "../src/access/demands.ts";
import { openItems } from "../src/dynamodb/items.ts";
import { servicesOf } from "../src/server.ts";
import type { Input } from "../src/service.ts";
import { TRUST } from "./roles.ts";
import { smallAws } from "./small-aws.ts";

const items = await openItems();
const services = servicesOf(items);
await items.close();

/** A world with one role of one inline policy. */
export async function withRole(...statements: object[]) {
  const aws = smallAws();
  await aws.iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: TRUST }));
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  if (statements.length > 0)
    await aws.iam.send(new PutRolePolicyCommand({ RoleName: "r", PolicyName: "p", PolicyDocument }));
  /** Asks as the role: "allowed" or the message of the refusal. */
  const ask = (service: string, operation: string, input: Input, route?: Route) => {
    const caller = { kind: "role" as const, roleName: "r", sessionName: "fn" };
    const context = { world: aws.world, region: "eu-west-1", caller, requestId: "1", secure: true };
    try {
      authorize(services.find(({ name }) => name === service)!, { operation, input }, context, route);
      return "allowed";
    } catch (error) {
      return (error as Error).message;
    }
  };
  return { ...aws, ask };
}
