/** Asks the deployed API, as the page would, until it really answers. */
import { Refusal } from "./errors.ts";
import { waitFor } from "./retry.ts";

/** A new stage, a new permission and a new role take up to minutes to reach every server: one good answer is luck. */
const QUESTIONS = 3;
const SECONDS = 120;

/** An ID that is valid and that nobody uses: looking it up goes through every part and changes nothing. */
const PROBE = "deploy-check/b6f6a9f0";

/**
 * Waits until the API answers several questions well that are asked at once, over as many connections.
 * @returns what to tell: that it answers, or that this endpoint does not serve APIs
 * @throws Refusal when it still does not after two minutes
 */
export async function untilItAnswers(apiUrl: string): Promise<string> {
  let last = "no answer";
  const ask = async () => {
    const answers = await Promise.all(Array.from({ length: QUESTIONS }, () => probe(apiUrl)));
    const worst = answers.find(({ kind }) => kind !== "good");
    if (!worst) return "The API answers.";
    last = worst.text;
    return worst.kind === "elsewhere" ? "This endpoint does not serve the API." : undefined;
  };
  try {
    return await waitFor("the API to answer", SECONDS, ask);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(
      `Everything is deployed, but the API does not answer after ${SECONDS} seconds: ${last}.`,
      "Run deploy again; if it stays so, read the function's log group.",
      { cause: error },
    );
  }
}

async function probe(apiUrl: string): Promise<{ kind: "good" | "bad" | "elsewhere"; text: string }> {
  try {
    const response = await fetch(`${apiUrl}?id=${encodeURIComponent(PROBE)}`, {
      signal: AbortSignal.timeout(15_000),
    });
    const body = await response.text();
    const text = `${response.status} ${body.slice(0, 200).replace(/\s+/g, " ")}`;
    if (response.status === 404) return { kind: isOurs(body) ? "good" : "elsewhere", text };
    return { kind: response.status === 200 ? "good" : "bad", text };
  } catch (error) {
    return {
      kind: "bad",
      text: error instanceof Error ? `${error.message} ${error.cause ?? ""}` : `${error}`,
    };
  }
}

/** Whether an answer is the function's "no such item". */
function isOurs(body: string): boolean {
  try {
    return JSON.parse(body).error.code === "not_found";
  } catch {
    return false;
  }
}
