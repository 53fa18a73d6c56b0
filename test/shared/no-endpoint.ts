/** As on AWS: no endpoint stands in for it, so that everything has the name and the settings that it has there. */
export function useNoEndpoint(environment: Record<string, string>): void {
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3, ...others } = environment;
  delete process.env.AWS_ENDPOINT_URL;
  delete process.env.AWS_ENDPOINT_URL_S3;
  Object.assign(process.env, others);
}
