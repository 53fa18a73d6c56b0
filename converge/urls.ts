/** The two public URLs: where the page is, and where the API. The SDK's own rules know each partition's domain. */
import type { Aws } from "./aws.ts";

type At<Endpoint extends keyof Aws> = Pick<Aws, "region" | Endpoint> & {
  sdk: Pick<Aws["sdk"], "apigateway" | "s3">;
};

/**
 * Where the page is: below its bucket's own name, where S3 speaks HTTPS.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function siteUrl({ region, s3Endpoint, sdk }: At<"s3Endpoint">, bucket: string): string {
  if (s3Endpoint) return `${s3Endpoint}/${bucket}/index.html`;
  const { url } = sdk.s3.config.endpointProvider({ Region: region, Bucket: bucket });
  return `${url.origin}/index.html`;
}

/** The origin that the page is read from: the only one that the API serves. */
export const siteOrigin = (aws: At<"s3Endpoint">, bucket: string): string =>
  new URL(siteUrl(aws, bucket)).origin;

/** Where the API is: what the page sends its requests to. */
export function apiUrl(
  { region, endpoint, sdk }: At<"endpoint">,
  apiId: string,
  stage: string,
  path: string,
): string {
  if (endpoint) return `${endpoint}/_aws/execute-api/${apiId}/${stage}/${path}`;
  const { hostname } = sdk.apigateway.config.endpointProvider({ Region: region }).url;
  return `https://${hostname.replace("apigateway", `${apiId}.execute-api`)}/${stage}/${path}`;
}
