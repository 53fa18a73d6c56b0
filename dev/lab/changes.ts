/** Changes that people make by hand, by ordinary calls of the SDK: what the lab's faults are made of. */
import * as apigateway from "@aws-sdk/client-api-gateway";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import {
  type PublicAccessBlockConfiguration,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { buildPage } from "../../bundle/page.ts";
import type { Stack } from "../../stack.ts";
import type { Stand } from "./stand.ts";

type Statements = Stack["role"]["statements"];

/** Gives the function's role other statements. */
export function putRolePolicy({ sdk, stack: { role } }: Stand, statements: Statements) {
  const Statement = statements.map(({ actions, resource }) => ({
    Effect: "Allow",
    Action: actions,
    Resource: resource,
  }));
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  return sdk.iam.send(
    new PutRolePolicyCommand({ RoleName: role.name, PolicyName: role.policyName, PolicyDocument }),
  );
}

/** Takes away every statement of the function's own policy. */
export async function removePermissions({ sdk, stack }: Stand): Promise<void> {
  const FunctionName = stack.lambda.name;
  const { Policy = "{}" } = await sdk.lambda.send(new GetPolicyCommand({ FunctionName }));
  for (const { Sid } of JSON.parse(Policy).Statement)
    await sdk.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: Sid }));
}

/** Changes the function's configuration. */
export const configure = ({ sdk, stack }: Stand, settings: { Handler?: string; Timeout?: number }) =>
  sdk.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: stack.lambda.name, ...settings }));

/** Sets the function's environment variables, all others as they should be. */
export async function setVariables({ sdk, stack, origin }: Stand, variables: Record<string, string>) {
  const FunctionName = stack.lambda.name;
  const { Environment } = await sdk.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const right = { ...Environment?.Variables, ALLOWED_ORIGIN: origin, TABLE_NAME: stack.table.name };
  const Variables = { ...right, ...variables };
  return sdk.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }),
  );
}

/** Takes all of the API's own gateway responses away. */
export async function deleteGatewayResponses({ sdk, restApiId }: Stand): Promise<void> {
  const { items = [] } = await sdk.apigateway.send(
    new apigateway.GetGatewayResponsesCommand({ restApiId, limit: 500 }),
  );
  for (const { responseType, defaultResponse } of items)
    if (!defaultResponse)
      await sdk.apigateway.send(new apigateway.DeleteGatewayResponseCommand({ restApiId, responseType }));
}

/** Lets the stage show the API as it is now. */
export const deployApi = ({ sdk, stack, restApiId }: Stand) =>
  sdk.apigateway.send(new apigateway.CreateDeploymentCommand({ restApiId, stageName: stack.api.stageName }));

/** Deploys the API without a method, which is put back afterwards, and not deployed. */
export async function leaveUndeployed(stand: Stand, httpMethod: string): Promise<void> {
  const { sdk, restApiId, stack } = stand;
  const { items = [] } = await sdk.apigateway.send(
    new apigateway.GetResourcesCommand({ restApiId, limit: 500 }),
  );
  const resourceId = items.find(({ path }) => path === `/${stack.api.path}`)!.id;
  const target = { restApiId, resourceId, httpMethod };
  const { methodIntegration } = await sdk.apigateway.send(new apigateway.GetMethodCommand(target));
  await sdk.apigateway.send(new apigateway.DeleteMethodCommand(target));
  await deployApi(stand);
  await sdk.apigateway.send(new apigateway.PutMethodCommand({ ...target, authorizationType: "NONE" }));
  const { uri, timeoutInMillis } = methodIntegration!;
  await sdk.apigateway.send(
    new apigateway.PutIntegrationCommand({
      ...target,
      type: "AWS_PROXY",
      integrationHttpMethod: "POST",
      uri,
      timeoutInMillis,
    }),
  );
}

/** Sets the stage's throttle. */
export const throttle = ({ sdk, stack, restApiId }: Stand, rateLimit: number, burstLimit: number) =>
  sdk.apigateway.send(
    new apigateway.UpdateStageCommand({
      restApiId,
      stageName: stack.api.stageName,
      patchOperations: Object.entries({ rateLimit, burstLimit }).map(([name, value]) => ({
        op: "replace",
        path: `/*/*/throttling/${name}`,
        value: String(value),
      })),
    }),
  );

/** Sets the four switches of the bucket's Block Public Access. */
export function blockPublicAccess({ sdk, stack }: Stand, blocks: { acls: boolean; policies: boolean }) {
  const PublicAccessBlockConfiguration: PublicAccessBlockConfiguration = {
    BlockPublicAcls: blocks.acls,
    IgnorePublicAcls: blocks.acls,
    BlockPublicPolicy: blocks.policies,
    RestrictPublicBuckets: blocks.policies,
  };
  const Bucket = stack.bucket.name;
  return sdk.s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
}

/** Uploads the page that calls an API. */
export async function uploadPage({ sdk, stack: { bucket } }: Stand, apiUrl: string): Promise<void> {
  const { name: Bucket, pageKey: Key, cacheControl, contentType, contentEncoding } = bucket;
  const served = { CacheControl: cacheControl, ContentType: contentType, ContentEncoding: contentEncoding };
  await sdk.s3.send(new PutObjectCommand({ Bucket, Key, ...served, Body: await buildPage(apiUrl) }));
}
