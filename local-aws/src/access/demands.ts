/** What a call asks permission for: its own action, and what AWS asks for besides. */
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
import { s3Actions } from "../s3/actions.ts";
import type { AwsRequest, Call, Context } from "../service.ts";
import { resourcesOf } from "./resources.ts";

/** One permission that is asked for. */
export interface Demand {
  action: string;
  resource: string;
  /** The condition keys that the request has, besides those that every request has. */
  conditions?: Record<string, string>;
}

/** The method and the path of a request: API Gateway's permissions are made of them. */
export type Route = Pick<AwsRequest, "method" | "path">;

/** Everything that must be allowed before a call is carried out. */
export function demandsOf(service: string, call: Call, context: Context, route: Route): Demand[] {
  const own = resourcesOf(service, call, context, route).map(resource => ({
    action: `${service}:${actionOf(service, call, route)}`,
    resource,
  }));
  const further = FURTHER[`${service}:${call.operation}`]?.(call.input, own[0]!.resource) ?? [];
  return [...own, ...further];
}

function actionOf(service: string, { operation }: Call, { method }: Route): string {
  if (service === "apigateway") return method;
  if (service === "lambda" && operation === "Invoke") return "InvokeFunction";
  return service === "s3" ? (s3Actions[operation] ?? operation) : operation;
}

/** The members that further permissions depend on, of whatever operation. */
interface Asking {
  Role?: string;
  Tags?: object;
  tags?: object;
  CreateBucketConfiguration?: { Tags?: object };
  CopySource?: string;
  Delete?: { Objects?: { VersionId?: string }[] };
}

const FURTHER: Record<string, (input: Asking, resource: string) => Demand[]> = {
  "lambda:CreateFunction": ({ Role, Tags }, resource) => [
    ...passing(Role),
    ...tagging(Tags, "lambda:TagResource", resource),
  ],
  "lambda:UpdateFunctionConfiguration": ({ Role }) => passing(Role),
  "iam:CreateRole": ({ Tags }, resource) => tagging(Tags, "iam:TagRole", resource),
  "dynamodb:CreateTable": ({ Tags }, resource) => tagging(Tags, "dynamodb:TagResource", resource),
  "logs:CreateLogGroup": ({ tags }, resource) => tagging(tags, "logs:TagResource", resource),
  "s3:CreateBucket": ({ CreateBucketConfiguration }, resource) =>
    tagging(CreateBucketConfiguration?.Tags, "s3:TagResource", resource),
  "s3:CopyObject": ({ CopySource = "" }) => [
    { action: "s3:GetObject", resource: `arn:aws:s3:::${decodeURIComponent(CopySource).replace(/^\//, "")}` },
  ],
  "s3:DeleteObjects": ({ Delete }, resource) =>
    Delete?.Objects?.some(({ VersionId }) => VersionId)
      ? [{ action: "s3:DeleteObjectVersion", resource }]
      : [],
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html */
const passing = (Role: string | undefined): Demand[] =>
  Role === undefined
    ? []
    : [
        {
          action: "iam:PassRole",
          resource: Role,
          conditions: { "iam:PassedToService": "lambda.amazonaws.com" },
        },
      ];

/** Tags that come with the creation of something need the permission to tag it. */
const tagging = (tags: object | undefined, action: string, resource: string): Demand[] =>
  tags === undefined || Object.keys(tags).length === 0 ? [] : [{ action, resource }];
