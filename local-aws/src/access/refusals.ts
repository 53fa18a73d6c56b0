/**
 * How services word what every service refuses: a signature, a permission, too many requests. IAM and STS do so in
 * one way, the JSON ones in another, those of REST and JSON in a third; S3 is apart.
 */
import { AwsError } from "../service.ts";
import type { Canonical } from "./canonical.ts";
import type { Signature } from "./signature.ts";

/** A part of a credential's scope that is wrong here. */
export interface WrongPart {
  part: "region" | "service" | "terminator" | "date";
  given: string;
  expected: string;
}

/** The refusals of one family of services. */
export interface Refusals {
  incomplete(signature: Signature): AwsError;
  unreadableTime(signature: Signature): AwsError;
  skewed(signature: Signature, signedAt: number): AwsError;
  outOfScope(wrong: WrongPart[], signature: Signature): AwsError;
  unsigned(headers: string[]): AwsError;
  unknownKey(signature: Signature): AwsError;
  wrongToken(signature: Signature): AwsError;
  mismatch(signature: Signature, canonical: Canonical): AwsError;
  denied(message: string): AwsError;
  throttled(headers: Record<string, string>): AwsError;
  tooLarge(): AwsError;
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
export const queryRefusals = refusals({
  status: 403,
  mismatch: "SignatureDoesNotMatch",
  unknown: "InvalidClientTokenId",
  incomplete: "IncompleteSignature",
  denied: "AccessDenied",
  throttled: ["Throttling", 400],
});

const JSON_CODES = {
  mismatch: "InvalidSignatureException",
  unknown: "UnrecognizedClientException",
  incomplete: "IncompleteSignatureException",
  denied: "AccessDeniedException",
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html */
export const jsonRefusals = refusals({
  ...JSON_CODES,
  status: 400,
  throttled: ["ThrottlingException", 400],
});

/** https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html */
export const restJsonRefusals = refusals({
  ...JSON_CODES,
  status: 403,
  throttled: ["TooManyRequestsException", 429],
});

/** The error codes of one family, and the status of those that are about who asks. */
interface Codes {
  status: number;
  mismatch: string;
  unknown: string;
  incomplete: string;
  denied: string;
  throttled: [code: string, status: number];
}

/** The words are the same in all but S3: what AWS answered is written down in dynalite's index.js, check by check. */
function refusals({ status, mismatch, unknown, incomplete, denied, throttled }: Codes): Refusals {
  const badSignature = (message: string) => new AwsError(mismatch, status, message);
  const badForm = (message: string) => new AwsError(incomplete, status, message);
  const unknownToken = () =>
    new AwsError(unknown, status, "The security token included in the request is invalid.");
  return {
    incomplete: ({ missing, presigned }) =>
      badForm(
        presigned
          ? `${missing.map(name => `AWS query-string parameters must include '${name}'.`).join(" ")} Re-examine the query-string parameters.`
          : missing.map(what => `Authorization header requires ${what}.`).join(" "),
      ),
    unreadableTime: ({ time }) =>
      badForm(
        `Date must be in ISO-8601 'basic format'. Got '${time}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      ),
    skewed: ({ time, expires }, signedAt) => badSignature(skew(time, signedAt, expires)),
    outOfScope: (wrong, { time }) => badSignature(wrong.map(part => inScope(part, time)).join(" ")),
    unsigned: () => badSignature("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
    unknownKey: unknownToken,
    wrongToken: unknownToken,
    mismatch: () =>
      badSignature(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      ),
    denied: message => new AwsError(denied, status, message),
    throttled: headers => new AwsError(...throttled, "Rate exceeded", { headers }),
    tooLarge: () => new AwsError("RequestEntityTooLargeException", 413, "The request is too large."),
  };
}

const MINUTE = 60_000;

function skew(time: string, signedAt: number, expires: string | undefined): string {
  const now = Date.now();
  if (signedAt > now)
    return `Signature not yet current: ${time} is still later than ${basic(now + 15 * MINUTE)} (${basic(now)} + 15 min.)`;
  if (expires !== undefined)
    return `Signature expired: ${basic(signedAt + Number(expires) * 1000)} is now earlier than ${basic(now)}`;
  return `Signature expired: ${time} is now earlier than ${basic(now - 15 * MINUTE)} (${basic(now)} - 15 min.)`;
}

/** A time as signatures have it. */
export const basic = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");

function inScope({ part, given, expected }: WrongPart, time: string): string {
  if (part === "region") return `Credential should be scoped to a valid region, not '${given}'.`;
  if (part === "service") return `Credential should be scoped to correct service: '${expected}'.`;
  if (part === "terminator")
    return `Credential should be scoped with a valid terminator: '${expected}', not '${given}'.`;
  return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${given}' != '${expected}', from '${time}'.`;
}
