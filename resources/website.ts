/**
 * How the page is reached: by anybody, over TLS, below the bucket's own name. The website endpoint, which speaks HTTP
 * only, leads there.
 */
import {
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketWebsiteCommand,
  type GetBucketWebsiteCommandOutput,
  GetPublicAccessBlockCommand,
  type Protocol,
  type PublicAccessBlockConfiguration,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutPublicAccessBlockCommand,
  type WebsiteConfiguration,
} from "@aws-sdk/client-s3";
import type { Aws } from "../converge/aws.ts";
import { type Known, orAbsent, parsePolicy, type Resource } from "../converge/resource.ts";
import { siteUrl } from "../converge/urls.ts";
import type { Stack } from "../stack.ts";

interface WebsiteState {
  ownership: string | undefined;
  publicAccessBlock?: PublicAccessBlockConfiguration;
  policy?: unknown;
  website?: unknown;
}

interface WebsiteNeeds {
  bucket: Known<object>;
  /** The function answers the page's new origin before anybody is sent there. */
  lambda: Known<object>;
}

/** ACLs can make nothing public; a policy can. */
const BY_POLICY_ONLY: PublicAccessBlockConfiguration = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
export function website(aws: Aws, stack: Stack): Resource<WebsiteState, WebsiteNeeds> {
  const { s3 } = aws.sdk;
  const { name: Bucket, ownership, pageKey } = stack.bucket;
  const target = { Bucket, ExpectedBucketOwner: stack.account };
  const site = siteUrl(aws, Bucket);
  const policy = openTo(stack, new URL(site).protocol);
  const configuration = leadingTo(site, pageKey);

  async function read({ bucket }: WebsiteNeeds): Promise<WebsiteState | undefined> {
    if (!(await bucket())) return undefined;
    const [controls, access, policy, website] = await Promise.all([
      orAbsent(s3.send(new GetBucketOwnershipControlsCommand(target)), "OwnershipControlsNotFoundError"),
      orAbsent(s3.send(new GetPublicAccessBlockCommand(target)), "NoSuchPublicAccessBlockConfiguration"),
      orAbsent(s3.send(new GetBucketPolicyCommand(target)), "NoSuchBucketPolicy"),
      orAbsent(s3.send(new GetBucketWebsiteCommand(target)), "NoSuchWebsiteConfiguration"),
    ]);
    return {
      ownership: controls?.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
      publicAccessBlock: access?.PublicAccessBlockConfiguration,
      policy: parsePolicy(policy?.Policy),
      website: website && configurationOf(website),
    };
  }

  /** A bucket is created with its ownership, and with nothing else. */
  const create = async (): Promise<WebsiteState> => ({ ownership });

  const own = () => {
    const OwnershipControls = { Rules: [{ ObjectOwnership: ownership }] };
    return s3.send(new PutBucketOwnershipControlsCommand({ ...target, OwnershipControls }));
  };

  const restrict = () =>
    s3.send(new PutPublicAccessBlockCommand({ ...target, PublicAccessBlockConfiguration: BY_POLICY_ONLY }));

  const redirect = () =>
    s3.send(new PutBucketWebsiteCommand({ ...target, WebsiteConfiguration: configuration }));

  const open = () => s3.send(new PutBucketPolicyCommand({ ...target, Policy: JSON.stringify(policy) }));

  /** Whoever comes by http:// is sent on before they are refused. */
  const settings = (state: WebsiteState) => [
    { name: "object ownership", actual: state.ownership, wanted: ownership, call: own },
    { name: "public access block", actual: state.publicAccessBlock, wanted: BY_POLICY_ONLY, call: restrict },
    { name: "redirect", actual: state.website, wanted: configuration, call: redirect },
    { name: "policy", actual: state.policy, wanted: policy, call: open },
  ];

  return { type: "website", name: Bucket, read, create, settings };
}

/** The members that are set. */
const configurationOf = ({ $metadata, ...website }: GetBucketWebsiteCommandOutput) =>
  Object.fromEntries(Object.entries(website).filter(([, value]) => value !== undefined));

/**
 * One rule, which holds for every request. Temporary, so that no browser remembers it longer than it is true.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html#advanced-conditional-redirects
 */
function leadingTo(url: string, pageKey: string): WebsiteConfiguration {
  const { protocol, host, pathname } = new URL(url);
  const Redirect = {
    Protocol: protocol.replace(":", "") as Protocol,
    HostName: host,
    ReplaceKeyWith: pathname.slice(1),
    HttpRedirectCode: "302",
  };
  return { IndexDocument: { Suffix: pageKey }, RoutingRules: [{ Redirect }] };
}

/** Where the page is served over TLS, nothing is served without; an endpoint that stands in for AWS may have none. */
function openTo({ bucket: { arn } }: Stack, protocol: string) {
  const read = { Effect: "Allow", Action: "s3:GetObject", Resource: `${arn}/*` };
  const Condition = { Bool: { "aws:SecureTransport": "false" } };
  const plain = { Effect: "Deny", Action: "s3:*", Resource: [arn, `${arn}/*`], Condition };
  const Statement = [about("AnybodyMayRead", read), about("NobodyWithoutTls", plain)];
  return { Version: "2012-10-17", Statement: protocol === "https:" ? Statement : Statement.slice(0, 1) };
}

const about = (Sid: string, statement: object) => ({ Sid, Principal: "*", ...statement });
