/** The two public URLs: where the page is, and where the API. */
import type { Aws } from "./aws.ts";

/** Regions whose website endpoints are written with a dash, as all were at first; later ones have a dot. */
const DASHED = new Set([
  "us-east-1",
  "us-west-1",
  "us-west-2",
  "eu-west-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-northeast-1",
  "sa-east-1",
  "us-gov-west-1",
]);

const domainOf = (region: string) => (region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com");

/**
 * Where the page is.
 * https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints
 */
export function siteUrl({ region, s3Endpoint }: Pick<Aws, "region" | "s3Endpoint">, bucket: string): string {
  if (s3Endpoint) return `${s3Endpoint}/${bucket}/index.html`;
  const separator = DASHED.has(region) ? "-" : ".";
  return `http://${bucket}.s3-website${separator}${region}.${domainOf(region)}/`;
}

/** The origin that the page is read from: the only one that the API serves. */
export const siteOrigin = (aws: Pick<Aws, "region" | "s3Endpoint">, bucket: string): string =>
  new URL(siteUrl(aws, bucket)).origin;

/** Where the API is: what the page sends its requests to. */
export function apiUrl(
  { region, endpoint }: Pick<Aws, "region" | "endpoint">,
  apiId: string,
  stage: string,
  path: string,
): string {
  if (endpoint) return `${endpoint}/_aws/execute-api/${apiId}/${stage}/${path}`;
  return `https://${apiId}.execute-api.${region}.${domainOf(region)}/${stage}/${path}`;
}
