/** The function's own policy: API Gateway may invoke it, for this API's stage and path and nothing else. */
import { AddPermissionCommand, GetPolicyCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import type { Aws } from "../converge/aws.ts";
import { orAbsent, parsePolicy, type Resource } from "../converge/resource.ts";
import type { Stack } from "../stack.ts";
import type { Api } from "./api.ts";

interface Statement {
  Sid: string;
  Effect: string;
  Principal: unknown;
  Action: string;
  Resource: string;
  Condition?: unknown;
}

interface PermissionState {
  statements: Statement[];
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html */
export function permission(
  { sdk: { lambda } }: Aws,
  stack: Stack,
  api: Pick<Api, "id">,
): Resource<PermissionState> {
  const FunctionName = stack.lambda.name;
  const wantedStatement = async () => statementFor(stack, (await api.id()) ?? "new-api");

  async function read(): Promise<PermissionState | undefined> {
    const answer = await orAbsent(
      lambda.send(new GetPolicyCommand({ FunctionName })),
      "ResourceNotFoundException",
    );
    const policy = parsePolicy(answer?.Policy) as { Statement: Statement[] } | undefined;
    return policy && { statements: policy.Statement };
  }

  async function create(): Promise<PermissionState> {
    const wanted = await wantedStatement();
    await lambda.send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: wanted.Sid,
        Action: wanted.Action,
        Principal: wanted.Principal.Service,
        SourceArn: wanted.Condition.ArnLike["AWS:SourceArn"],
      }),
    );
    return { statements: [wanted] };
  }

  const removeStatement = ({ Sid: StatementId }: Statement) =>
    lambda.send(new RemovePermissionCommand({ FunctionName, StatementId }));

  /** One call at a time, or some are lost; and the new statement before the old ones go, so that none fails. */
  async function replace({ statements }: PermissionState) {
    const wanted = await wantedStatement();
    const sameId = statements.filter(({ Sid }) => Sid === wanted.Sid);
    const otherIds = statements.filter(({ Sid }) => Sid !== wanted.Sid);
    const kept = sameId.some(statement => isSame(statement, wanted));
    if (!kept) {
      for (const statement of sameId) await removeStatement(statement);
      await create();
    }
    for (const statement of otherIds) await removeStatement(statement);
  }

  const settings = async (state: PermissionState) => [
    {
      name: "statements",
      actual: state.statements.map(normalised),
      wanted: [normalised(await wantedStatement())],
      write: () => replace(state),
    },
  ];

  return { type: "permission", name: `${stack.lambda.name} for API Gateway`, read, create, settings };
}

const statementFor = (stack: Stack, apiId: string) => ({
  Sid: `api-${apiId}`,
  Effect: "Allow",
  Principal: { Service: "apigateway.amazonaws.com" },
  Action: "lambda:InvokeFunction",
  Resource: stack.lambda.arn,
  Condition: { ArnLike: { "AWS:SourceArn": sourceArn(stack, apiId) } },
});

/** Any method of the one path, on the one stage. */
const sourceArn = ({ partition, region, account, api }: Stack, apiId: string) =>
  `arn:${partition}:execute-api:${region}:${account}:${apiId}/${api.stageName}/*/${api.path}`;

/** AWS writes the condition's key as AWS:SourceArn, other implementations as aws:SourceArn: both mean the same. */
const normalised = (statement: Statement) =>
  JSON.parse(JSON.stringify(statement).replaceAll('"aws:SourceArn"', '"AWS:SourceArn"'));

const isSame = (one: Statement, other: Statement) =>
  JSON.stringify(sorted(normalised(one))) === JSON.stringify(sorted(normalised(other)));

const sorted = (statement: Statement) => Object.fromEntries(Object.entries(statement).sort());
