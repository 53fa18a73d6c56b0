/** How an event ends: with an answer, or with one of the errors that Lambda has for it. */

/** What a function answered, or the error document that Lambda answers for it. */
export interface Outcome {
  payload: string;
  failed: boolean;
  /** The last 4 KB that the function wrote on the way, if it ran. */
  tail?: string;
  /** In which environment it ran, if it ran: for how long that was made ready, and whether this was its first event. */
  environment?: { initMs: number; isCold: boolean; ranMs: number };
}

/** What the function threw, or what befell it, as Lambda tells it. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** An event that ended with an error. */
export const failed = (error: FunctionError): Outcome => ({ payload: JSON.stringify(error), failed: true });

/** The error of an event that took longer than the function may. */
export const timedOut = (requestId: string, message: string): FunctionError => ({
  errorType: "Sandbox.Timedout",
  errorMessage: `RequestId: ${requestId} Error: ${message}`,
});

/** The error of a function that ended its own process. */
export const exited = (code: number, requestId: string): FunctionError => ({
  errorType: "Runtime.ExitError",
  errorMessage: `RequestId: ${requestId} Error: Runtime exited ${code ? `with error: exit status ${code}` : "without providing a reason"}`,
});

/** The error of a function that took more memory than it has. */
export const outOfMemory = (requestId: string): FunctionError => ({
  errorType: "Runtime.OutOfMemory",
  errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
});

/** The worker itself broke: most likely the function used more memory than it has. */
export const asFunctionError = (error: NodeJS.ErrnoException, requestId: string): FunctionError =>
  error.code === "ERR_WORKER_OUT_OF_MEMORY"
    ? outOfMemory(requestId)
    : { errorType: error.name, errorMessage: error.message };
