/** What the lab works on: the stack of a running `npm start`, reached as any terminal reaches it. */
import { join } from "node:path";
import { GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import { localSettings } from "../../command/which-cloud.ts";
import { type Aws, type Clients, connect, identify } from "../../converge/aws.ts";
import { apiUrl, siteOrigin, siteUrl } from "../../converge/urls.ts";
import { type Stack, stack } from "../../stack.ts";
import { useOnly } from "../exports.ts";

export interface Stand {
  aws: Aws;
  sdk: Clients;
  stack: Stack;
  restApiId: string;
  apiUrl: string;
  siteUrl: string;
  /** The origin of the page, as a browser sends it. */
  origin: string;
}

/** Leads this process's clients to the AWS whose `npm start` wrote its exports into a directory. */
export function useExports(directory: string): void {
  const file = join(directory, "env");
  const settings = localSettings(file);
  if (!settings) throw new Error(`Cannot find ${file}: start npm start first, in another terminal.`);
  useOnly({ ...settings, AWS_EC2_METADATA_DISABLED: "true" });
}

/** The stack of that name, as it is now. */
export async function standOf(name: string, region = process.env.AWS_REGION ?? ""): Promise<Stand> {
  const aws = connect(region);
  if (!aws.endpoint)
    throw new Error("Cannot go on because this would be AWS itself: the lab is for npm start.");
  const wanted = stack({ name, region, ...(await identify(aws)) });
  const { items = [] } = await aws.sdk.apigateway.send(new GetRestApisCommand({ limit: 500 }));
  const restApiId = items.find(api => api.name === name)?.id;
  if (!restApiId) throw new Error(`Cannot find the stack ${name}: is it what npm start deployed?`);
  return {
    aws,
    sdk: aws.sdk,
    stack: wanted,
    restApiId,
    apiUrl: apiUrl(aws, restApiId, wanted.api.stageName, wanted.api.path),
    siteUrl: siteUrl(aws, wanted.bucket.name),
    origin: siteOrigin(aws, wanted.bucket.name),
  };
}
