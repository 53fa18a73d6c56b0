/** For each fault of the lab: a probe that shows it, a repair by hand, and one that only looks like it. */
import * as apigateway from "@aws-sdk/client-api-gateway";
import { AddPermissionCommand } from "@aws-sdk/client-lambda";
import * as change from "../../dev/lab/changes.ts";
import { changed, elsewhere } from "../../dev/lab/faults.ts";
import type { Stand } from "../../dev/lab/stand.ts";
import { itemOf, queryOf } from "../shared/items.ts";

export interface Probe {
  url: string;
  method: string;
}

export interface Case {
  /** What is asked, so that the view shows the fault. */
  probe: (stand: Stand) => Probe;
  /** The weather in which it shows; in any without it. */
  weather?: string;
  /** What the marked hop says. */
  cause: RegExp;
  repair: (stand: Stand) => Promise<unknown>;
  decoy: (stand: Stand) => Promise<unknown>;
}

let items = 0;
export const post = ({ apiUrl }: Stand) => ({
  url: `${apiUrl}?${queryOf(itemOf(`p${process.pid}-${items++}`, "1"))}`,
  method: "POST",
});

const permission = ({ sdk, stack, restApiId, aws }: Stand, path: string) =>
  sdk.lambda.send(
    new AddPermissionCommand({
      FunctionName: stack.lambda.name,
      StatementId: "by-hand",
      Action: "lambda:InvokeFunction",
      Principal: "apigateway.amazonaws.com",
      SourceArn: `arn:aws:execute-api:${aws.region}:${stack.account}:${restApiId}/${path}`,
    }),
  );

const everything = (stand: Stand) =>
  change.putRolePolicy(stand, [{ actions: ["dynamodb:*", "logs:*"], resource: "*" }]);
const rightPolicy = (stand: Stand) => change.putRolePolicy(stand, stand.stack.role.statements);

async function putGatewayResponses({ sdk, restApiId, origin }: Stand, withHeader: boolean): Promise<void> {
  const header = {
    "gatewayresponse.header.Access-Control-Allow-Origin": `'${withHeader ? origin : "https://x"}'`,
  };
  for (const responseType of ["DEFAULT_4XX", "DEFAULT_5XX"] as const)
    await sdk.apigateway.send(
      new apigateway.PutGatewayResponseCommand({ restApiId, responseType, responseParameters: header }),
    );
}

/** Puts back what the API had of gateway responses, as a careful person does who has noted it. */
export async function gatewayResponsesOf({ sdk, restApiId }: Stand) {
  const { items = [] } = await sdk.apigateway.send(
    new apigateway.GetGatewayResponsesCommand({ restApiId, limit: 500 }),
  );
  const own = items.filter(({ defaultResponse }) => !defaultResponse);
  return async (stand: Stand) => {
    for (const { defaultResponse: _, responseType, ...response } of own)
      await sdk.apigateway.send(
        new apigateway.PutGatewayResponseCommand({ restApiId, responseType: responseType!, ...response }),
      );
    await change.deployApi(stand);
  };
}

/** In the order of the lab's numbers. @param putBack what undoes the loss of the gateway responses */
export const casesWith = (putBack: (stand: Stand) => Promise<void>): Case[] => [
  {
    probe: post,
    cause: /No policy says anything: lambda:InvokeFunction/,
    repair: stand => permission(stand, `${stand.stack.api.stageName}/*/${stand.stack.api.path}`),
    decoy: stand => permission(stand, "*"),
  },
  { probe: post, cause: /allows dynamodb:PutItem.*its Action/, repair: rightPolicy, decoy: everything },
  { probe: post, cause: /of-yesterday" does not fit/, repair: rightPolicy, decoy: everything },
  {
    probe: ({ apiUrl }) => ({ url: `${apiUrl}/nowhere`, method: "GET" }),
    cause: /API Gateway's own response answers/,
    repair: putBack,
    async decoy(stand) {
      await putGatewayResponses(stand, false);
      await change.deployApi(stand);
    },
  },
  {
    probe: post,
    cause: /the function answered 403: .*This API is not for pages of this origin/,
    repair: stand => change.setVariables(stand, {}),
    decoy: stand => change.setVariables(stand, { ALLOWED_ORIGIN: "*" }),
  },
  {
    probe: stand => ({ ...post(stand), method: "PUT" }),
    cause: /ANY \/items of the stage prod.*The API has a method PUT, but it was not deployed since/,
    repair: change.deployApi,
    decoy: stand => change.throttle(stand, 50, 100),
  },
  {
    probe: post,
    cause: /no token left/,
    repair: stand => change.throttle(stand, stand.stack.api.requestsPerSecond, stand.stack.api.burst),
    decoy: stand => change.throttle(stand, 10_000, 5_000),
  },
  {
    probe: post,
    cause: /index.handle is undefined or not exported/,
    repair: stand => change.configure(stand, { Handler: stand.stack.lambda.handler }),
    decoy: stand => change.configure(stand, { Handler: "handler.handler" }),
  },
  {
    probe: post,
    cause: /dynamodb:PutItem on .*table\/dynamosync-of-yesterday/,
    repair: stand => change.setVariables(stand, {}),
    decoy: everything,
  },
  {
    probe: ({ siteUrl }) => ({ url: siteUrl, method: "GET" }),
    cause: /Block Public Access/,
    repair: stand => change.blockPublicAccess(stand, { acls: true, policies: false }),
    decoy: stand => change.blockPublicAccess(stand, { acls: false, policies: false }),
  },
  {
    probe: ({ apiUrl, restApiId }) => ({ url: apiUrl.replace(restApiId, "0goneapi00"), method: "GET" }),
    cause: /No stage prod of an API 0goneapi00/,
    repair: stand => change.uploadPage(stand, stand.apiUrl),
    decoy: stand => change.uploadPage(stand, `${stand.apiUrl}s`),
  },
  { probe: post, cause: /No statement allows logs:/, repair: rightPolicy, decoy: everything },
  {
    probe: post,
    cause: /dynamodb:PutItem on arn:aws:dynamodb:eu-west-1:\d+:table/,
    repair: stand => change.setVariables(stand, {}),
    // Now the role may, and DynamoDB says that this is no region of its.
    decoy: stand => change.putRolePolicy(stand, changed(stand, 0, { resource: elsewhere(stand) })),
  },
  {
    probe: post,
    weather: "slow",
    cause: /the function answered 503: .* It ran for \d+ of the 1000 ms that it may/,
    repair: stand => change.configure(stand, { Timeout: stand.stack.lambda.timeoutSeconds }),
    decoy: stand => change.configure(stand, { Timeout: 2 }),
  },
];
