/** Errors for a person to read: what was attempted, why it failed, what to do. */

/** A failure that is understood: its message says what and why, its remedy what to do. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** What an error of the SDK tells besides its name and message. */
interface SdkError extends Error {
  code?: string;
  attempted?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string; attempts?: number };
}

interface Known {
  names: RegExp;
  why: (error: SdkError) => string;
  remedy: string;
}

const KNOWN: Known[] = [
  {
    names: /^CredentialsProviderError$/,
    why: ({ message }) => {
      const { AWS_PROFILE } = process.env;
      return `there are no credentials${AWS_PROFILE ? ` for the profile ${AWS_PROFILE}` : ""} (${message})`;
    },
    remedy: "Run `aws configure` or `aws sso login`, or set AWS_PROFILE, and try again.",
  },
  {
    names: /^(ExpiredToken(Exception)?|TokenRefreshRequired|RequestExpired)$/,
    why: () => "the credentials have expired",
    remedy: "Get new ones (`aws sso login`, or copy them anew) and try again.",
  },
  {
    names:
      /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/,
    why: ({ message }) => `AWS does not accept the credentials (${message})`,
    remedy: "Check AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and try again.",
  },
  {
    names: /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|Forbidden)$/,
    why: ({ message }) => `it is denied: ${message}`,
    remedy: "Give whoever deploys the permissions in docs/policy.json, and run the same command again.",
  },
  {
    names: /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|TimeoutError)$/,
    why: ({ message }) => `AWS cannot be reached (${message})`,
    remedy: "Check the network, the region's name and AWS_ENDPOINT_URL, and run the same command again.",
  },
  {
    names:
      /^(LimitExceeded(Exception)?|TooManyBuckets|ServiceQuotaExceededException|CodeStorageExceededException)$/,
    why: ({ message }) => `a quota of the account is used up: ${message}`,
    remedy:
      "Remove what is no longer needed, or ask for more (Service Quotas in the console), and run again.",
  },
  {
    names: /^(TooManyRequestsException|Throttling(Exception)?|SlowDown|RequestLimitExceeded)$/,
    why: ({ message, $metadata }) => `AWS still refuses after ${$metadata?.attempts} attempts: ${message}`,
    remedy: "Wait some minutes, or look at the account's quotas, and run the same command again.",
  },
];

/** An error in two sentences: what was attempted and why it failed, and what to do. */
export function explain(error: unknown): { message: string; remedy: string } {
  if (error instanceof Refusal) return { message: error.message, remedy: error.remedy };
  if (!(error instanceof Error)) return { message: String(error), remedy: AGAIN };
  const sdkError: SdkError = error;
  const attempted = sdkError.attempted ?? "go on";
  const known = KNOWN.find(({ names }) => names.test(sdkError.name) || names.test(sdkError.code ?? ""));
  if (known) {
    const why = known.why(sdkError).replace(/\.$/, "");
    return { message: `Cannot ${attempted} because ${why}.`, remedy: known.remedy };
  }
  const id = sdkError.$metadata?.requestId ? ` (request ${sdkError.$metadata.requestId})` : "";
  return {
    message: `Cannot ${attempted} because of ${sdkError.name}: ${sdkError.message}${id}`,
    remedy: AGAIN,
  };
}

/** Several failures as one error, which tells each of them once, and once what to do about them. */
export function asOne(errors: Error[]): Error {
  if (new Set(errors).size === 1) return errors[0]!;
  const explained = errors.map(explain);
  const messages = new Set(explained.map(({ message }) => message));
  const remedies = new Set(explained.map(({ remedy }) => remedy));
  return new Refusal([...messages].join("\n"), [...remedies].join("\n"), {
    cause: new AggregateError(errors),
  });
}

const AGAIN = "What is done is kept: run the same command again to go on. DEBUG=1 shows where it failed.";
