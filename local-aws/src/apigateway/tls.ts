/** How a REST API is reached over TLS: its security policy and its endpoint access mode. */
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
import type { SecurityPolicy } from "@aws-sdk/client-api-gateway";
import { badRequest } from "./errors.ts";
import type { Patches } from "./patch.ts";
import type { RestApi } from "./rest-api.ts";

const LEGACY: readonly SecurityPolicy[] = ["TLS_1_0", "TLS_1_2"];

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html */
const REGIONAL: readonly SecurityPolicy[] = [
  "SecurityPolicy_TLS13_1_3_2025_09",
  "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
  "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_2021_06",
];
const EDGE: readonly SecurityPolicy[] = [
  "SecurityPolicy_TLS13_2025_EDGE",
  "SecurityPolicy_TLS12_PFS_2025_EDGE",
  "SecurityPolicy_TLS12_2018_EDGE",
];

const isEnhanced = (policy: string) => policy.startsWith("SecurityPolicy_");

/** The policy of an API that was never given one. */
export const securityPolicyOf = ({ securityPolicy, endpointConfiguration }: RestApi): SecurityPolicy =>
  securityPolicy ?? (endpointConfiguration.types[0] === "PRIVATE" ? "TLS_1_2" : "TLS_1_0");

/** Refuses settings that do not go together. */
export function checkTls(api: RestApi): void {
  const policy = securityPolicyOf(api);
  const known = api.endpointConfiguration.types[0] === "EDGE" ? EDGE : REGIONAL;
  if (![...LEGACY, ...known].includes(policy))
    throw badRequest(`Invalid security policy specified for the endpoint type: ${policy}`);
  const mode = api.endpointAccessMode;
  if (mode !== undefined && !["BASIC", "STRICT"].includes(mode))
    throw badRequest(`Invalid endpoint access mode specified: ${mode}`);
  if (isEnhanced(policy) && mode === undefined)
    throw badRequest("Endpoint access mode is required for the specified security policy");
  if (!isEnhanced(policy) && mode !== undefined)
    throw badRequest("Endpoint access mode is not supported for the specified security policy");
}

/**
 * What takes AWS a quarter of an hour; the API answers meanwhile, but takes no further update.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-update.html
 * https://github.com/hashicorp/terraform-provider-aws/issues/45905
 */
export const isUpdating = ({ updatingUntil = 0 }: RestApi): boolean => Date.now() < updatingUntil;

const reach = (api: RestApi): string =>
  JSON.stringify([securityPolicyOf(api), api.endpointAccessMode, api.endpointConfiguration]);

/** Checks how a change lets the API be reached. Says whether that is another way than before. */
export function checkReach(before: RestApi, after: RestApi, { patchOperations = [] }: Patches): boolean {
  if (isUpdating(before))
    throw badRequest(
      "There is already an update in progress. Please wait until the current update finishes before making another request.",
    );
  // https://github.com/aws/serverless-application-model/issues/3866
  const isMoved = after.endpointConfiguration.types[0] !== before.endpointConfiguration.types[0];
  const isNamed = patchOperations.some(({ path }) => path === "/securityPolicy");
  if (isMoved && isEnhanced(securityPolicyOf(before)) && !isNamed)
    throw badRequest("Unable to update EndpointType. SecurityPolicy is required for EndpointType update.");
  checkTls(after);
  return reach(before) !== reach(after);
}
