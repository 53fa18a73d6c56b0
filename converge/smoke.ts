/** Asks the deployed API until the function itself answers, whatever it answers: its contract is not known here. */
import { inWords, Refusal, type Words } from "./errors.ts";
import type { Progress, Result } from "./progress.ts";
import { waitFor } from "./retry.ts";

/** A new stage, a new permission and a new role take up to minutes to reach every server: one good answer is luck. */
const QUESTIONS = 3;
const SECONDS = 120;

/** How long a function that fails is borne with where its role is new: perhaps the table does not know it yet. */
const NEW_ROLE_SECONDS = 4;

/** What is waited for is said once it takes that long. */
const SILENCE_SECONDS = 2;

/** What keeps the API from answering, though all is deployed, and what to do. */
export type Trouble = Words;

/** Whose API it is: its methods, the query of a GET, and the function's log group. */
interface Whose {
  api: { methods: string[]; probe: string };
  logGroup: { name: string };
}

/**
 * What an answer is taken for: what the function gave, what keeps everybody from it without a key, what waiting does
 * not mend, or what may pass.
 */
interface Finding {
  kind: "answer" | "guarded" | "elsewhere" | "failure" | "pending";
  /** The status, or why there is none. */
  status: number | string;
  text: string;
}

/**
 * Waits until the API answers several questions that are asked at once, over as many connections. What was changed
 * may take time to reach every server; the page is there at once.
 * @returns what keeps it from answering, if something does
 */
export async function untilItAnswers(
  url: string,
  whose: Whose,
  resources: Pick<Result, "type" | "outcome">[],
  progress: Progress,
): Promise<Trouble | undefined> {
  const changed = resources.filter(({ outcome }) => outcome !== "unchanged").map(({ type }) => type);
  if (changed.every(type => type === "page")) return;
  const waiting = new Waiting(changed.includes("role"), whose.logGroup.name, progress);
  const ask = async () => {
    const asked = Array.from({ length: QUESTIONS }, () => probe(url, whose.api));
    return waiting.judge(worstOf(await Promise.all(asked)));
  };
  try {
    const answered = waitFor("the API to answer", SECONDS, ask);
    progress.tell({ kind: "note", text: await progress.during("Waiting for the API to answer", answered) });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return inWords(error === waiting.failure ? error : silent(waiting.last, error));
  }
}

/** What came of asking so far. */
class Waiting {
  last: Finding | undefined;
  failure: Refusal | undefined;
  readonly #since = Date.now();
  readonly #hasNewRole: boolean;
  readonly #log: string;
  readonly #progress: Progress;
  #told: Finding["status"] = 0;

  constructor(hasNewRole: boolean, log: string, progress: Progress) {
    this.#hasNewRole = hasNewRole;
    this.#log = log;
    this.#progress = progress;
  }

  /**
   * @returns what to tell where the waiting is over, or undefined
   * @throws Refusal where it is in vain
   */
  judge(found: Finding): string | undefined {
    const seconds = (Date.now() - this.#since) / 1000;
    const isLasting = found.kind === "failure" && this.last?.kind === "failure"; // one may be chance
    this.last = found;
    if (isLasting && !(this.#hasNewRole && seconds < NEW_ROLE_SECONDS)) {
      this.failure = failing(found, this.#log);
      throw this.failure;
    }
    if (found.kind !== "failure" && found.kind !== "pending") return wordsOf(found);
    if (seconds > SILENCE_SECONDS) this.#tell(found);
  }

  #tell({ status, text }: Finding): void {
    if (status === this.#told) return;
    this.#progress.tell({ kind: "note", text: `Waiting for the API to answer: ${text}` });
    this.#told = status;
  }
}

/** The one that says most about what is left to wait for. */
function worstOf(findings: Finding[]): Finding {
  const order = ["failure", "pending", "elsewhere", "guarded", "answer"];
  return findings.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))[0]!;
}

/** What looks an item up that nobody has changes nothing; and what lacks all that a method wants is refused. */
async function probe(url: string, { methods, probe }: Whose["api"]): Promise<Finding> {
  const [method, query] = methods.includes("GET") ? ["GET", `?${probe}`] : [methods[0], ""];
  try {
    const signal = AbortSignal.timeout(15_000);
    const response = await fetch(`${url}${query}`, { method, signal, redirect: "manual" });
    const body = await response.text();
    const text = `${response.status} ${body.slice(0, 200).replace(/\s+/g, " ")}`.trim();
    return { kind: kindOf(response, body), status: response.status, text };
  } catch (error) {
    const text = error instanceof Error ? `${error.message} ${error.cause ?? ""}`.trim() : `${error}`;
    return { kind: "pending", status: text, text };
  }
}

/**
 * API Gateway marks the errors that are its own. With 502 and 504 it tells that the function ran, but answered
 * nothing that can be passed on; with 401 and 403 in our words that this API wants a key or a signature first.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
function kindOf({ status, ok, headers }: Response, body: string): Finding["kind"] {
  if (headers.has("x-amzn-errortype")) {
    if (status === 502 || status === 504) return "failure";
    return (status === 401 || status === 403) && isOurs(body) ? "guarded" : "pending";
  }
  if (ok || headers.has("x-amz-apigw-id") || isOurs(body)) return status < 500 ? "answer" : "failure";
  return status === 404 ? "elsewhere" : "pending";
}

/** Whether an answer has the shape of our errors. */
function isOurs(body: string): boolean {
  try {
    return typeof JSON.parse(body).error.code === "string";
  } catch {
    return false;
  }
}

function wordsOf({ kind, status, text }: Finding): string {
  if (kind === "elsewhere") return "This endpoint does not serve the API.";
  if (kind === "guarded")
    return `The API wants a key or a signature before it asks the function, which was not tried: ${text}`;
  return status === 200 || status === 404 ? "The API answers." : `The API answers: ${text}`;
}

const failing = ({ text }: Finding, log: string) =>
  new Refusal(
    `Everything is deployed, but the function fails: ${text}`,
    `Its log says why: aws logs tail ${log} (and on this machine what npm start prints).`,
  );

const silent = (last: Finding | undefined, cause: Refusal) =>
  new Refusal(
    `Everything is deployed, but the API does not answer after ${SECONDS} seconds: ${last?.text}`,
    "Run deploy again; if it stays so, read the function's log group.",
    { cause },
  );
