/** Errors: what is known of AWS's, in one table; and what a person reads of any. */

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
  /** Names of errors, or codes of the network's. */
  names: string[];
  /** What the message says, where AWS uses the name for something else too. */
  message?: RegExp;
  /** Why a call failed, in words. */
  why?: (error: SdkError) => string;
  /** What to do about it. */
  remedy?: string;
  /** Whether it passes by itself, where the SDK judges otherwise. */
  passes?: "in time" | "in seconds" | "soon" | "never";
  /** Somebody else works on the resource at the same time, or what was read lags behind: a fresh look helps. */
  isRace?: boolean;
}

const UNREACHABLE = {
  why: ({ message }) => `AWS cannot be reached (${message})`,
  remedy: "Check the network, the region's name and AWS_ENDPOINT_URL, and run the same command again.",
} satisfies Partial<Known>;

const USED_UP = {
  why: ({ message }) => `a quota of the account is used up: ${message}`,
  remedy: "Remove what is no longer needed, or ask for more (Service Quotas in the console), and run again.",
} satisfies Partial<Known>;

/** The first that fits an error is its own. */
const KNOWN: Known[] = [
  {
    names: ["CredentialsProviderError"],
    why: ({ message }) =>
      `there are no credentials${process.env.AWS_PROFILE ? ` for the profile ${process.env.AWS_PROFILE}` : ""} (${message})`,
    remedy: "Run `aws login`, `aws sso login` or `aws configure`, or set AWS_PROFILE, and try again.",
  },
  {
    names: ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"],
    why: () => "the credentials have expired",
    remedy: "Get new ones (`aws login`, `aws sso login`, or copy them anew) and try again.",
  },
  {
    names: [
      "InvalidClientTokenId",
      "UnrecognizedClientException",
      "InvalidAccessKeyId",
      "SignatureDoesNotMatch",
      "InvalidSignatureException",
      "AuthFailure",
    ],
    why: ({ message }) => `AWS does not accept the credentials (${message})`,
    remedy: "Check the region, AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and try again.",
  },
  // A Block Public Access that was lifted a moment ago still refuses for some seconds.
  {
    names: ["AccessDenied"],
    message: /public policies are/,
    why: () => "Block Public Access, of the account or the organisation, forbids that anybody reads the page",
    remedy:
      "Turn off its two policy settings (S3, Block Public Access settings for this account); run again.",
    passes: "in seconds",
  },
  {
    names: ["BucketAlreadyExists"],
    why: () => "another account has a bucket of this name, and bucket names are shared by all",
    remedy: "Choose another --name and run deploy again.",
  },
  {
    names: ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden"],
    why: ({ message }) => `it is denied: ${message}`,
    remedy: "Give whoever deploys the permissions in docs/policy.json, and run the same command again.",
  },
  // Nobody listens, or there is no such name: a mistake in the settings, which patience does not mend.
  { names: ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"], passes: "soon", ...UNREACHABLE },
  { names: ["ECONNRESET", "EPIPE", "ETIMEDOUT", "TimeoutError"], ...UNREACHABLE },
  // An answer of 501, which the SDK retries as any of the 500s.
  {
    names: ["NotImplemented"],
    passes: "never",
    why: ({ message }) => `there is no such thing there: ${message}`,
    remedy: "Look at AWS_ENDPOINT_URL: what stands in for AWS there does not do all that this stack needs.",
  },
  // The SDK takes the name for throttling, as it is elsewhere.
  {
    names: ["LimitExceededException"],
    message: /quota|resource limit exceeded/i,
    passes: "never",
    ...USED_UP,
  },
  {
    names: [
      "LimitExceeded",
      "LimitExceededException",
      "TooManyBuckets",
      "ServiceQuotaExceededException",
      "CodeStorageExceededException",
    ],
    ...USED_UP,
  },
  {
    names: [
      "TooManyRequestsException",
      "Throttling",
      "ThrottlingException",
      "SlowDown",
      "RequestLimitExceeded",
    ],
    why: ({ message, $metadata }) => `AWS still refuses after ${$metadata?.attempts} attempts: ${message}`,
    remedy: "Wait some minutes, or look at the account's quotas, and run the same command again.",
  },
  // A new role takes seconds to reach Lambda. https://github.com/aws/aws-sdk-js/issues/4408
  {
    names: ["InvalidParameterValueException"],
    message: /cannot be assumed|does not have permissions|KMS/,
    passes: "in time",
  },
  // A new table's backups are available only after some seconds.
  { names: ["ContinuousBackupsUnavailableException"], passes: "in time" },
  { names: ["ConcurrentModificationException", "OperationAborted"], passes: "in time" },
  { names: ["BadRequestException"], message: /update in progress/, remedy: "Run again in 15 minutes." },
  { names: ["BadRequestException"], message: /concurrent|try again/i, passes: "in time" },
  { names: ["ConflictException"], message: /concurrent|try again/i, passes: "in time", isRace: true },
  {
    names: ["ResourceConflictException"],
    message: /update is in progress|currently in the following state|Pending/i,
    passes: "in time",
    isRace: true,
  },
  {
    names: ["EntityAlreadyExistsException", "NoSuchEntityException", "DeleteConflictException"],
    isRace: true,
  },
  { names: ["ResourceAlreadyExistsException", "ResourceNotFoundException"], isRace: true },
  { names: ["ResourceInUseException", "ResourceConflictException"], isRace: true },
  { names: ["NotFoundException", "ConflictException"], isRace: true },
  { names: ["BucketAlreadyOwnedByYou", "BucketNotEmpty", "NoSuchBucket"], isRace: true },
];

function knownOf({ name, code = "", message }: SdkError): Known | undefined {
  const fits = (known: Known) =>
    (known.names.includes(name) || known.names.includes(code)) && (known.message?.test(message) ?? true);
  return KNOWN.find(fits);
}

/** Whether an error passes by itself: undefined where the SDK judges well. */
export const passes = (error: Error): Known["passes"] => knownOf(error)?.passes;

/** Whether a fresh look at the resource helps. */
export const isRace = (error: Error): boolean => knownOf(error)?.isRace ?? false;

/** What a person reads of an error. */
export interface Words {
  /** What was attempted and why it failed. */
  message: string;
  /** What to do. */
  remedy: string;
}

const MEND = "Mend the source and deploy again; what is done is kept.";
const AGAIN = "What is done is kept: run the same command again to go on. DEBUG=1 shows where it failed.";

export function inWords(error: unknown): Words {
  if (error instanceof Refusal) return { message: error.message, remedy: error.remedy };
  if (!(error instanceof Error)) return { message: String(error), remedy: AGAIN };
  const { name, message, attempted = "go on", $metadata }: SdkError = error;
  if (name === "Error" && !knownOf(error)) return { message, remedy: MEND }; // Of a build: it is in words already.
  const { why, remedy = AGAIN } = knownOf(error) ?? {};
  if (why) return { message: `Cannot ${attempted} because ${why(error).replace(/\.(\)?)$/, "$1")}.`, remedy };
  const id = $metadata?.requestId ? ` (request ${$metadata.requestId})` : "";
  return { message: `Cannot ${attempted} because of ${name}: ${message}${id}`, remedy };
}

/** Several failures as one error, which tells each of them once, and once what to do about them. */
export function asOne(errors: Error[]): Error {
  if (new Set(errors).size === 1) return errors[0]!;
  const words = errors.map(inWords);
  const messages = new Set(words.map(({ message }) => message));
  const remedies = new Set(words.map(({ remedy }) => remedy));
  return new Refusal([...messages].join("\n"), [...remedies].join("\n"), {
    cause: new AggregateError(errors),
  });
}
