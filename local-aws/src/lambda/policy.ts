/** A function's own policy: who may invoke it. */
import { randomUUID } from "node:crypto";
import { evaluate, list, type Policy, type Statement } from "../policy/evaluate.ts";
import { AwsError, type Context, type Input, type Operation } from "../service.ts";
import type { World } from "../world.ts";
import { arnOf, conflict, functionOf, invalid, type LambdaFunction, notFound } from "./functions.ts";

const NO_POLICY = "The resource you requested does not exist.";

export const policyOperations: Record<string, Operation> = {
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
    run(input, context) {
      const fn = functionOf(input, context);
      if (!fn.policy) throw notFound(NO_POLICY);
      return { Policy: JSON.stringify(fn.policy), RevisionId: fn.policyRevisionId };
    },
  },
};

/** Whether a function's policy lets an AWS service invoke it on behalf of a resource. */
export function permits(world: World, fn: LambdaFunction, service: string, sourceArn: string): boolean {
  if (!fn.policy) return false;
  const request = {
    action: "lambda:InvokeFunction",
    resource: arnOf(world, fn),
    principal: { Service: service },
    conditions: { "aws:SourceArn": sourceArn, "aws:SourceAccount": world.account },
  };
  return evaluate(fn.policy, request) === "allow";
}

function addPermission(input: Input, context: Context) {
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
  { StatementId, Action, Principal, SourceArn, SourceAccount }: Input,
  arn: string,
): Statement {
  if (!/^[\w.-]{1,100}$/.test(StatementId ?? ""))
    throw invalid("The statement id must match ([a-zA-Z0-9-_.]+).");
  if (!/^lambda:([*]|[a-zA-Z]+)$/.test(Action ?? ""))
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

function removePermission(input: Input, context: Context): void {
  const fn = functionOf(input, context);
  const statements = list(fn.policy?.Statement);
  const left = statements.filter(({ Sid }) => Sid !== input.StatementId);
  if (statements.length === 0) throw notFound(NO_POLICY);
  if (left.length === statements.length)
    throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
  checkRevision(input, fn);
  setStatements(fn, left);
}

function checkRevision({ RevisionId }: Input, { policyRevisionId }: LambdaFunction): void {
  if (RevisionId !== undefined && RevisionId !== policyRevisionId)
    throw new AwsError(
      "PreconditionFailedException",
      412,
      "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    );
}

function setStatements(fn: LambdaFunction, statements: Statement[]): void {
  const policy: Policy = { Version: "2012-10-17", Id: "default", Statement: statements };
  fn.policy = statements.length > 0 ? policy : undefined;
  fn.policyRevisionId = randomUUID();
}
