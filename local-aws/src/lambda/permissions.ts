/** What calls of Lambda must be allowed. */
import { arnIn, type Demand, type Permissions } from "../access/demands.ts";

export const permissions: Permissions = {
  actionOf: operation => (operation === "Invoke" ? "InvokeFunction" : operation),
  resourcesOf({ FunctionName = "*", Resource = FunctionName, ResourceArn = Resource }, context) {
    const name = String(ResourceArn);
    return [name.startsWith("arn:") ? name : arnIn(context, "lambda", `function:${name}`)];
  },
};

/** Who gives a function a role must be allowed to pass it. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html */
export const passing = (Role: string | undefined): Demand[] =>
  Role === undefined
    ? []
    : [
        {
          action: "iam:PassRole",
          resource: Role,
          conditions: { "iam:PassedToService": "lambda.amazonaws.com" },
        },
      ];
