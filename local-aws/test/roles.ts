/** What tests of the local IAM make roles and policies of. */
import { CreateRoleCommand } from "@aws-sdk/client-iam";

/** The managed policy that the local IAM knows. */
export const BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

/** Lets Lambda assume a role. */
export const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** A policy for a role. */
export const READ_LOGS = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "logs:GetLogEvents", Resource: "*" }],
});

/** Creates a role for Lambda. */
export const role = (RoleName: string, more = {}) =>
  new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...more });
