/** A stack as version 1.0 left it: the page at the website endpoint, over plain HTTP, and an API that takes TLS 1.0. */
import { GetRestApisCommand, type PatchOperation, UpdateRestApiCommand } from "@aws-sdk/client-api-gateway";
import { PutBucketPolicyCommand, PutBucketWebsiteCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Aws, Clients } from "../../converge/aws.ts";
import type { Stack } from "../../stack.ts";

/** Where version 1.0 had the page, and so its one origin. */
export const oldOrigin = ({ bucket, region }: Stack) =>
  `http://${bucket.name}.s3-website.${region}.amazonaws.com`;

/** Leads a deploy to version 1.0's origin: what it then writes into function and API is what that version wrote. */
export const withOldOrigin = (aws: Aws, stack: Stack): Aws => ({ ...aws, s3Endpoint: oldOrigin(stack) });

/** Makes of a stack that was deployed so what version 1.0 made of everything else. */
export async function becomeVersionOne(clients: Clients, { api, bucket }: Stack, html: string) {
  const { items = [] } = await clients.apigateway.send(new GetRestApisCommand({}));
  const restApiId = items.find(({ name }) => name === api.name)!.id;
  const patchOperations = [
    { op: "replace", path: "/securityPolicy", value: "TLS_1_0" },
    { op: "replace", path: "/endpointAccessMode", value: "" },
  ] satisfies PatchOperation[];
  await clients.apigateway.send(new UpdateRestApiCommand({ restApiId, patchOperations }));

  const Bucket = bucket.name;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AnybodyMayRead",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `${bucket.arn}/*`,
      },
    ],
  });
  await clients.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  const WebsiteConfiguration = { IndexDocument: { Suffix: bucket.pageKey } };
  await clients.s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
  const { pageKey: Key, contentType: ContentType, cacheControl: CacheControl } = bucket;
  await clients.s3.send(new PutObjectCommand({ Bucket, Key, ContentType, CacheControl, Body: html }));
}
