/** The function's own policy: API Gateway may invoke it, for this API's stage and path and nothing else. */

import { isDeepStrictEqual } from "node:util";
import {
  AddPermissionCommand,
  GetPolicyCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
} from "@aws-sdk/client-lambda";
import type { Aws } from "../converge/aws.ts";
import { type Known, orAbsent, parsePolicy, type Resource } from "../converge/resource.ts";
import type { Stack } from "../stack.ts";

interface Statement {
  Sid?: string;
  Effect: string;
  Principal: unknown;
  Action: string;
  Resource: string;
  Condition?: Record<string, Record<string, unknown>>;
}

interface PermissionState {
  statements: Statement[];
}

interface PermissionNeeds {
  lambda: Known<object>;
  api: Known<{ id: string }>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html */
export function invokePermission(
  { sdk: { lambda } }: Aws,
  stack: Stack,
): Resource<PermissionState, PermissionNeeds> {
  const FunctionName = stack.lambda.name;
  const wantedStatement = async ({ api }: PermissionNeeds) =>
    statementFor(stack, (await api())?.id ?? "new-api");

  async function read({ lambda: itsFunction }: PermissionNeeds): Promise<PermissionState | undefined> {
    if (!(await itsFunction())) return undefined;
    const answer = await orAbsent(
      lambda.send(new GetPolicyCommand({ FunctionName })),
      "ResourceNotFoundException",
    );
    const policy = parsePolicy(answer?.Policy) as { Statement: Statement | Statement[] } | undefined;
    return policy && { statements: [policy.Statement].flat().map(normalised) };
  }

  async function create(needs: PermissionNeeds): Promise<PermissionState> {
    const wanted = await wantedStatement(needs);
    await lambda.send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: wanted.Sid,
        Action: wanted.Action,
        Principal: wanted.Principal.Service,
        SourceArn: wanted.Condition.ArnLike[SOURCE_ARN],
      }),
    );
    return { statements: [wanted] };
  }

  /** A policy that was put as a whole may have statements without an id, which cannot be removed one by one. */
  const putAlone = (statement: Statement) => {
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    return lambda.send(new PutResourcePolicyCommand({ ResourceArn: stack.lambda.arn, Policy }));
  };

  const removeStatement = ({ Sid: StatementId }: Statement) =>
    lambda.send(new RemovePermissionCommand({ FunctionName, StatementId }));

  /** One call at a time, or some are lost; and the new statement before the old ones go, so that none fails. */
  async function replace({ statements }: PermissionState, needs: PermissionNeeds) {
    const wanted = await wantedStatement(needs);
    if (statements.some(({ Sid }) => Sid === undefined)) return putAlone(wanted);
    const sameId = statements.filter(({ Sid }) => Sid === wanted.Sid);
    const otherIds = statements.filter(({ Sid }) => Sid !== wanted.Sid);
    if (!sameId.some(statement => isDeepStrictEqual(statement, wanted))) {
      for (const statement of sameId) await removeStatement(statement);
      await create(needs);
    }
    for (const statement of otherIds) await removeStatement(statement);
  }

  const settings = async (state: PermissionState, needs: PermissionNeeds) => [
    {
      name: "statements",
      actual: state.statements,
      wanted: [await wantedStatement(needs)],
      call: () => replace(state, needs),
    },
  ];

  return { type: "permission", name: `${stack.lambda.name} for API Gateway`, read, create, settings };
}

const SOURCE_ARN = "AWS:SourceArn";

const statementFor = (stack: Stack, apiId: string) => ({
  Sid: `api-${apiId}`,
  Effect: "Allow",
  Principal: { Service: "apigateway.amazonaws.com" },
  Action: "lambda:InvokeFunction",
  Resource: stack.lambda.arn,
  Condition: { ArnLike: { [SOURCE_ARN]: sourceArn(stack, apiId) } },
});

/** Any method of the one path, on the one stage. */
const sourceArn = ({ partition, region, account, api }: Stack, apiId: string) =>
  `arn:${partition}:execute-api:${region}:${account}:${apiId}/${api.stageName}/*/${api.path}`;

/** AWS writes the condition's key as AWS:SourceArn, other implementations as aws:SourceArn: both mean the same. */
function normalised({ Condition, ...statement }: Statement): Statement {
  if (!Condition) return statement;
  const spelt = (key: string) => (key === "aws:SourceArn" ? SOURCE_ARN : key);
  const conditions = Object.entries(Condition).map(([operator, values]) => [
    operator,
    Object.fromEntries(Object.entries(values).map(([key, value]) => [spelt(key), value])),
  ]);
  return { ...statement, Condition: Object.fromEntries(conditions) };
}
