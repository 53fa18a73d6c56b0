/** What a request means by its Host header: this machine, or one of the names that AWS gives to buckets and APIs. */
import type { WireRequest } from "./service.ts";

const REGION = "(?<region>[a-z]{2}(?:-[a-z]+)+-\\d)";
/** Of AWS's partitions: the commercial one and GovCloud, China, the European Sovereign Cloud. */
export const DNS_SUFFIXES = ["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu"];
const AMAZON = DNS_SUFFIXES.map(suffix => suffix.replaceAll(".", "\\.")).join("|");
/** Below AWS, or below this machine. */
const SUFFIX = `\\.(?:${AMAZON}|localhost)(?::\\d+)?`;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html, its older forms with a dash, too. */
const BUCKET = new RegExp(`^(?<name>.+)\\.s3(?:[.-](?:dualstack\\.)?${REGION})?${SUFFIX}$`);
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html */
const WEBSITE = new RegExp(`^(?<name>.+)\\.s3-website(?:[.-]${REGION})?${SUFFIX}$`);
const API = new RegExp(`^(?<name>[a-z0-9]+)\\.execute-api\\.${REGION}${SUFFIX}$`);
const ANY = new RegExp(`^[a-z0-9.-]+\\.(?:${AMAZON})$`);

/** The name of a bucket or an API, and its region where the host tells it. */
interface Named {
  name: string;
  region?: string;
}

const named =
  (pattern: RegExp) =>
  ({ headers }: Pick<WireRequest, "headers">): Named | undefined =>
    pattern.exec(headers.host ?? "")?.groups as Named | undefined;

/** "BUCKET.s3.eu-west-1.amazonaws.com": the REST API, with the bucket in the host. */
export const bucketIn = named(BUCKET);
/** "BUCKET.s3-website-eu-west-1.amazonaws.com", or with a dot before the region. */
export const websiteIn = named(WEBSITE);
/** "API.execute-api.eu-west-1.amazonaws.com" */
export const apiIn = named(API);

/** Whether a host, without its port, is one of AWS's. */
export const isAmazon = (host: string): boolean => ANY.test(host);

/** Whether a host, without its port, is this machine. */
export const isThisMachine = (host: string): boolean => host === "127.0.0.1" || host === "localhost";

/**
 * Whether a request counts as one over TLS for `aws:SecureTransport`: it came so, or never leaves this machine.
 * Browsers judge alike: http://localhost is a secure context. The names of buckets and websites stand for what
 * travels on AWS, and over plain HTTP they are what they would be there. No header tells: anybody can write one.
 */
export const isSecure = ({ tls, headers }: WireRequest): boolean =>
  tls !== undefined || isThisMachine(headers.host?.split(":")[0] ?? "");
