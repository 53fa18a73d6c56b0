/** A function's own policy: who may invoke it. */
import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-lambda";
import { list, type Policy, type Statement, statementsOf } from "../policy/evaluate.ts";
import { policyProblem } from "../policy/grammar.ts";
import { type Judgement, judge } from "../policy/reason.ts";
import { AwsError, type Context } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import type { World } from "../world.ts";
import {
  arnOf,
  conflict,
  functionNamed,
  functionOf,
  invalid,
  type LambdaFunction,
  notFound,
} from "./functions.ts";

const NO_POLICY = "The resource you requested does not exist.";

export const policyOperations: Operations<typeof sdk> = {
  AddPermission: {
    params: [
      "FunctionName",
      "StatementId",
      "Action",
      "Principal",
      "SourceArn",
      "SourceAccount",
      "RevisionId",
    ],
    run: addPermission,
  },
  RemovePermission: { params: ["FunctionName", "StatementId", "RevisionId"], run: removePermission },
  GetPolicy: {
    params: ["FunctionName", "Qualifier"],
    run: (input, context) => shown(functionOf(input, context)),
  },
  GetResourcePolicy: {
    params: ["ResourceArn"],
    run: (input, context) => shown(functionNamed(input.ResourceArn, context)),
  },
  PutResourcePolicy: { params: ["ResourceArn", "Policy", "RevisionId"], run: putPolicy },
  DeleteResourcePolicy: {
    params: ["ResourceArn", "RevisionId"],
    run(input, context) {
      const fn = functionNamed(input.ResourceArn, context);
      if (!fn.policy) throw notFound(NO_POLICY);
      checkRevision(input, fn);
      setPolicy(fn, undefined);
    },
  },
};

function shown({ policy, policyRevisionId }: LambdaFunction) {
  if (!policy) throw notFound(NO_POLICY);
  return { Policy: JSON.stringify(policy), RevisionId: policyRevisionId };
}

const MAX_POLICY_BYTES = 20 * 1024;

/**
 * Replaces all statements at once, those that AddPermission made among them.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PutResourcePolicy.html
 */
function putPolicy(input: Given<sdk.PutResourcePolicyCommandInput>, context: Context) {
  const fn = functionNamed(input.ResourceArn, context);
  const { Policy: text } = input;
  const problem = policyProblem(text, "function") ?? strangeResource(text, arnOf(context.world, fn));
  if (problem) throw invalid(problem);
  if (text.length > MAX_POLICY_BYTES)
    throw new AwsError("PolicyLengthExceededException", 400, "The policy is larger than 20480 bytes.");
  checkRevision(input, fn);
  setPolicy(fn, JSON.parse(text));
  return shown(fn);
}

const strangeResource = (text: string, arn: string): string | undefined =>
  statementsOf(text).every(({ Resource }) => list(Resource).every(resource => resource === arn))
    ? undefined
    : "Policy has invalid resource";

/** Whether a function's policy lets an AWS service invoke it on behalf of a resource. */
export function permission(world: World, fn: LambdaFunction, service: string, sourceArn: string): Judgement {
  const request = {
    action: "lambda:InvokeFunction",
    resource: arnOf(world, fn),
    principal: { Service: service },
    conditions: { "aws:SourceArn": sourceArn, "aws:SourceAccount": world.account },
  };
  return judge(fn.policy ? [fn.policy] : [], request);
}

function addPermission(input: Given<sdk.AddPermissionCommandInput>, context: Context) {
  const fn = functionOf(input, context);
  const statement = statementOf(input, arnOf(context.world, fn));
  checkRevision(input, fn);
  const statements = list(fn.policy?.Statement);
  if (statements.some(({ Sid }) => Sid === statement.Sid))
    throw conflict(
      `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  setStatements(fn, [...statements, statement]);
  return { Statement: JSON.stringify(statement) };
}

function statementOf(
  { StatementId, Action, Principal, SourceArn, SourceAccount }: Given<sdk.AddPermissionCommandInput>,
  arn: string,
): Statement {
  if (!/^[\w.-]{1,100}$/.test(StatementId)) throw invalid("The statement id must match ([a-zA-Z0-9-_.]+).");
  if (!/^lambda:([*]|[a-zA-Z]+)$/.test(Action))
    throw invalid("The action must match (lambda:[*]|lambda:[a-zA-Z]+).");
  if (!Principal)
    throw invalid("The provided principal was invalid. Please check the principal and try again.");
  const condition = {
    ...(SourceAccount && { StringEquals: { "AWS:SourceAccount": SourceAccount } }),
    ...(SourceArn && { ArnLike: { "AWS:SourceArn": SourceArn } }),
  };
  return {
    Sid: StatementId,
    Effect: "Allow",
    Principal: principalOf(Principal),
    Action,
    Resource: arn,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function principalOf(principal: string): NonNullable<Statement["Principal"]> {
  if (principal === "*") return "*";
  if (/^[a-z0-9.-]+\.amazonaws\.com$/.test(principal)) return { Service: principal };
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal };
}

function removePermission(input: Given<sdk.RemovePermissionCommandInput>, context: Context): void {
  const fn = functionOf(input, context);
  const statements = list(fn.policy?.Statement);
  const left = statements.filter(({ Sid }) => Sid !== input.StatementId);
  if (statements.length === 0) throw notFound(NO_POLICY);
  if (left.length === statements.length)
    throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
  checkRevision(input, fn);
  setStatements(fn, left);
}

function checkRevision({ RevisionId }: { RevisionId?: string }, { policyRevisionId }: LambdaFunction): void {
  if (RevisionId !== undefined && RevisionId !== policyRevisionId)
    throw new AwsError(
      "PreconditionFailedException",
      412,
      "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    );
}

function setStatements(fn: LambdaFunction, statements: Statement[]): void {
  const policy: Policy = { Version: "2012-10-17", Id: "default", Statement: statements };
  setPolicy(fn, statements.length > 0 ? policy : undefined);
}

function setPolicy(fn: LambdaFunction, policy: Policy | undefined): void {
  fn.policy = policy;
  fn.policyRevisionId = randomUUID();
}
