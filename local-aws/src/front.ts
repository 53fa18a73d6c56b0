/**
 * The local AWS under AWS's own host names, for those whom something leads here: a resolver, a proxy. Two ports stand
 * for AWS's 80 and 443, so that a client without any endpoint of its own finds what it would find on AWS.
 */
import type { Answer } from "./aws.ts";
import { makeCertificate } from "./certificate.ts";
import { DNS_SUFFIXES, isAmazon } from "./hosts.ts";
import { listen } from "./http.ts";

export interface Front {
  /** The port that stands for 80: AWS serves websites and objects there, too. */
  http: number;
  /** The port that stands for 443. */
  https: number;
  /** What a client must trust, in PEM. */
  certificate: string;
  close(): Promise<void>;
}

/** A web page cannot have one of these names lead here: it would need Amazon's name servers. */
const serves = (host: string): boolean => isAmazon(host.split(":")[0] ?? "");

/** A star stands for one label only: buckets, APIs and accounts have names of their own below a service's. */
const hostsIn = (region: string): string[] =>
  DNS_SUFFIXES.flatMap(suffix => [
    `*.${suffix}`,
    `*.s3.${suffix}`,
    `*.${region}.${suffix}`,
    ...["s3", "execute-api", "ddb"].map(service => `*.${service}.${region}.${suffix}`),
  ]);

/** Listens on two free ports of 127.0.0.1, with a certificate for the names of a region. */
export async function listenAsAmazon(answer: Answer, region: string): Promise<Front> {
  const certificate = makeCertificate(hostsIn(region));
  const http = await listen(answer, 0, { serves });
  const https = await listen(answer, 0, { serves, tls: certificate });
  const close = async () => {
    await Promise.all([http.close(), https.close()]);
  };
  return { http: http.port, https: https.port, certificate: certificate.cert, close };
}
