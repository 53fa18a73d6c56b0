/** What a call asks permission for: its own action, and what AWS asks for besides. */
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
import type { AwsRequest, Call, Context, Input, Service } from "../service.ts";

/** One permission that is asked for. */
export interface Demand {
  action: string;
  resource: string;
  /** The condition keys that the request has, besides those that every request has. */
  conditions?: Record<string, string>;
}

/** The method and the path of a request: API Gateway's permissions are made of them. */
export type Route = Pick<AwsRequest, "method" | "path">;

/** How a service's permissions follow from its calls. */
export interface Permissions {
  /** The action of an operation, where it is not the operation's name. */
  actionOf?(operation: string, route: Route): string | undefined;
  /** The ARNs of what a call is about: what policies are evaluated against. Nothing is "*". */
  resourcesOf(input: Input, context: Context, call: Route & { operation: string }): string[];
}

/** Everything that must be allowed before a call is carried out. */
export function demandsOf(service: Service, call: Call, context: Context, route: Route): Demand[] {
  const { name, permissions, operations } = service;
  if (permissions === "none") return [];
  const { operation, input } = call;
  const action = `${name}:${permissions.actionOf?.(operation, route) ?? operation}`;
  const found = permissions.resourcesOf(input, context, { ...route, operation });
  const own = (found.length > 0 ? found : ["*"]).map(resource => ({ action, resource }));
  return [...own, ...(operations[operation]?.demands?.(input, own[0]!.resource) ?? [])];
}

/** Tags that come with the creation of something need the permission to tag it. */
export const tagging = (tags: object | undefined, action: string, resource: string): Demand[] =>
  tags === undefined || Object.keys(tags).length === 0 ? [] : [{ action, resource }];

/** The ARN of something in a region of the account. */
export const arnIn = ({ region, world }: Context, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${world.account}:${resource}`;
