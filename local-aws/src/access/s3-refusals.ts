/** How S3 words what every service refuses. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
import { AwsError } from "../service.ts";
import type { Canonical } from "./canonical.ts";
import type { Refusals, WrongPart } from "./refusals.ts";
import type { Signature } from "./signature.ts";

const iso = (time: number): string => new Date(time).toISOString().replace(/\.\d+/, "");

/** The bytes of a text, as S3 shows them. */
const bytes = (text: string): string =>
  Buffer.from(text)
    .toString("hex")
    .replace(/..(?!$)/g, "$& ");

export const s3Refusals: Refusals = {
  incomplete: signature =>
    signature.presigned
      ? badQuery(
          "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        )
      : signature.time === ""
        ? noDate()
        : badHeader(`the authorization header requires ${signature.missing.join(" and ")}.`),

  unreadableTime: ({ presigned }) =>
    presigned ? badQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"") : noDate(),

  skewed: (signature, signedAt) =>
    signature.presigned ? expired(signature, signedAt) : tooSkewed(signature),

  outOfScope: ([wrong], { presigned, time }) => {
    const members = wrong?.part === "region" ? { Region: wrong.expected } : undefined;
    const words = wrong ? inScope(wrong, time) : "";
    return presigned
      ? badQuery(`Error parsing the X-Amz-Credential parameter; ${words}`, members)
      : badHeader(words, members);
  },

  unsigned: headers =>
    new AwsError("AccessDenied", 403, "There were headers present in the request which were not signed", {
      members: { HeadersNotSigned: headers.join(", ") },
    }),

  unknownKey: ({ keyId }) =>
    new AwsError(
      "InvalidAccessKeyId",
      403,
      "The AWS Access Key Id you provided does not exist in our records.",
      { members: { AWSAccessKeyId: keyId } },
    ),

  wrongToken: signature =>
    signature.token === undefined
      ? s3Refusals.unknownKey(signature)
      : new AwsError("InvalidToken", 400, "The provided token is malformed or otherwise invalid.", {
          members: { "Token-0": signature.token },
        }),

  mismatch: ({ keyId, value }, { request, stringToSign }: Canonical) =>
    new AwsError(
      "SignatureDoesNotMatch",
      403,
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      {
        members: {
          AWSAccessKeyId: keyId,
          StringToSign: stringToSign,
          SignatureProvided: value,
          StringToSignBytes: bytes(stringToSign),
          CanonicalRequest: request,
          CanonicalRequestBytes: bytes(request),
        },
      },
    ),

  denied: message => new AwsError("AccessDenied", 403, message),
  throttled: headers => new AwsError("SlowDown", 503, "Rate exceeded", { headers }),
  /** Its own limit is far above what is kept here; the other services' are below it. */
  tooLarge: () =>
    new AwsError("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size"),
};

const badHeader = (words: string, members?: Record<string, unknown>) =>
  new AwsError(
    "AuthorizationHeaderMalformed",
    400,
    `The authorization header is malformed; ${words}`,
    members && { members },
  );

const badQuery = (message: string, members?: Record<string, unknown>) =>
  new AwsError("AuthorizationQueryParametersError", 400, message, members && { members });

const noDate = () =>
  new AwsError("AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header");

function inScope({ part, given, expected }: WrongPart, time: string): string {
  if (part === "region") return `the region '${given}' is wrong; expecting '${expected}'`;
  if (part === "service") return `incorrect service "${given}". This endpoint belongs to "${expected}".`;
  if (part === "terminator") return `incorrect terminal "${given}". This endpoint uses "${expected}".`;
  return `Invalid credential date "${given}". This date is not the same as X-Amz-Date: "${time.slice(0, 8)}".`;
}

const tooSkewed = ({ time }: Signature) =>
  new AwsError(
    "RequestTimeTooSkewed",
    403,
    "The difference between the request time and the current time is too large.",
    {
      members: {
        RequestTime: time,
        ServerTime: iso(Date.now()),
        MaxAllowedSkewMilliseconds: 900_000,
      },
    },
  );

function expired({ expires }: Signature, signedAt: number): AwsError {
  const now = Date.now();
  if (signedAt > now) return new AwsError("AccessDenied", 403, "Request is not valid yet");
  return new AwsError("AccessDenied", 403, "Request has expired", {
    members: {
      "X-Amz-Expires": expires,
      Expires: iso(signedAt + Number(expires) * 1000),
      ServerTime: iso(now),
    },
  });
}

/** What S3 alone refuses: a presigned URL that is good for no time or for too long, a digest that is none. */
export function checkForm({ presigned, expires }: Signature, payloadHash: string | undefined): void {
  const seconds = Number(expires);
  if (presigned && !(seconds >= 0))
    throw badQuery(
      Number.isNaN(seconds) ? "X-Amz-Expires should be a number" : "X-Amz-Expires must be non-negative",
    );
  if (presigned && seconds > 604_800)
    throw badQuery(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    );
  if (payloadHash === undefined && !presigned)
    throw new AwsError(
      "InvalidRequest",
      400,
      "Missing required header for this request: x-amz-content-sha256",
    );
  if (payloadHash !== undefined && !/^([\da-f]{64}|UNSIGNED-PAYLOAD|STREAMING-.+)$/.test(payloadHash))
    throw new AwsError(
      "InvalidArgument",
      400,
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
      { members: { ArgumentName: "x-amz-content-sha256", ArgumentValue: payloadHash } },
    );
}
