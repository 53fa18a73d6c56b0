// @ts-check
/**
 * Runs inside a worker thread: loads the handler once, then answers one event at a time, as Lambda's runtime for
 * Node.js does. Plain JavaScript, so that a worker starts without a TypeScript loader.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { parentPort, workerData } from "node:worker_threads";

const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
/** @type {{ taskRoot: string, handler: string, runtime: string, logFormat: string, logLevel?: string }} */
const { taskRoot, handler: handlerName, runtime, logFormat, logLevel = "TRACE" } = workerData;
let requestId = "";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ANSWER = 6_291_556;
const MAX_LINE = 262_144;

/** An error of the runtime, not of the function's code. */
class RuntimeError extends Error {
  /** @param {string} name @param {string} message */
  constructor(name, message) {
    super(message);
    this.name = `Runtime.${name}`;
  }
}

const LEVELS = /** @type {const} */ (["trace", "debug", "info", "warn", "error"]);

/**
 * Console lines look as they do in CloudWatch Logs; those below the function's log level are not written there.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
function writeConsoleAsLambda() {
  const lowest = LEVELS.findIndex(level => level.toUpperCase() === logLevel);
  for (const [index, level] of LEVELS.entries())
    console[level] = (...values) =>
      log(consoleLine(level.toUpperCase(), values), index < lowest ? "dropped" : "log");
  console.log = console.info;
  for (const stream of [process.stdout, process.stderr])
    stream.write = /** @type {any} */ (
      (/** @type {unknown} */ chunk, /** @type {unknown[]} */ ...rest) => {
        log(String(chunk).replace(/\n$/, ""));
        for (const done of rest) if (typeof done === "function") done();
        return true;
      }
    );
}

/** @param {string} line */
const log = (line, type = "log") => port.postMessage({ type, line: line.slice(0, MAX_LINE) });

/** @param {string} level @param {unknown[]} values */
function consoleLine(level, values) {
  const timestamp = new Date().toISOString();
  if (logFormat !== "JSON") return `${timestamp}\t${requestId}\t${level}\t${format(...values)}`;
  const message = values.length === 1 ? forJson(values[0]) : format(...values.map(forJson));
  return JSON.stringify({ timestamp, level, requestId, message });
}

/** @param {unknown} value */
const forJson = value => (value instanceof Error ? describe(value) : value);

/** What Lambda answers for an error. @param {unknown} error */
function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  const trace = (error.stack ?? "").split("\n");
  return { errorType: error.name || "Error", errorMessage: error.message, trace };
}

async function loadHandler() {
  const [, moduleName, ...rest] = /^([^.]*)\.(.*)$/.exec(basename(handlerName)) ?? [];
  if (!moduleName) throw new RuntimeError("MalformedHandlerName", "Bad handler");
  const module = await loadModule(join(dirname(handlerName), moduleName));
  const path = /** @type {string} */ (rest[0]).split(".");
  const handler = path.reduce((value, key) => value?.[key], module);
  if (handler === undefined)
    throw new RuntimeError("HandlerNotFound", `${handlerName} is undefined or not exported`);
  if (typeof handler !== "function")
    throw new RuntimeError("HandlerNotFound", `${handlerName} is not a function`);
  if (runtime === "nodejs24.x" && handler.length >= 3) throw callbacksAreGone();
  return handler;
}

/** https://aws.amazon.com/blogs/compute/node-js-24-runtime-now-available-in-aws-lambda/ */
const callbacksAreGone = () =>
  new RuntimeError(
    "CallbackHandlerDeprecated",
    "AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
      "You need to modify this function to use a supported handler signature to use Node.js 24 or later.",
  );

/** @param {string} name @returns {Promise<any>} */
async function loadModule(name) {
  const file = [".js", ".mjs", ".cjs"].map(ending => join(taskRoot, name + ending)).find(existsSync);
  if (!file) throw new RuntimeError("ImportModuleError", `Error: Cannot find module '${name}'`);
  try {
    if (isEsm(file)) return await import(pathToFileURL(file).href);
    return createRequire(file)(file);
  } catch (error) {
    if (/** @type {any} */ (error)?.code?.endsWith?.("MODULE_NOT_FOUND"))
      throw new RuntimeError("ImportModuleError", String(error));
    if (error instanceof SyntaxError) throw new RuntimeError("UserCodeSyntaxError", String(error));
    throw error;
  }
}

/** @param {string} file */
function isEsm(file) {
  if (!file.endsWith(".js")) return file.endsWith(".mjs");
  for (let dir = dirname(file); dir.startsWith(taskRoot); dir = dirname(dir)) {
    const manifest = join(dir, "package.json");
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, "utf8")).type === "module";
  }
  return false;
}

/**
 * @param {Function} handler
 * @param {{ event: string, deadline: number, context: Record<string, string> }} message
 * @returns {Promise<unknown>}
 */
const run = (handler, { event, deadline, context }) =>
  new Promise((resolve, reject) => {
    const callback = (/** @type {unknown} */ error, /** @type {unknown} */ result) =>
      error === null || error === undefined ? resolve(result) : reject(error);
    const getRemainingTimeInMillis = () => deadline - Date.now();
    const own = { ...ownContext(), ...context, getRemainingTimeInMillis };
    const result = handler(JSON.parse(event), own, callback);
    if (typeof result?.then === "function") result.then(resolve, reject);
    else if (handler.length < 3) resolve(null);
  });

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
const ownContext = () => ({
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  callbackWaitsForEmptyEventLoop: true,
});

/** @param {unknown} result */
function serialise(result) {
  let text;
  try {
    text = JSON.stringify(result) ?? "null";
  } catch {
    throw new Error("Unable to stringify response body");
  }
  if (Buffer.byteLength(text) > MAX_ANSWER) throw answerTooLarge();
  return text;
}

function answerTooLarge() {
  const message = `Response payload size exceeded maximum allowed payload size (${MAX_ANSWER} bytes).`;
  return Object.assign(new Error(message), { name: "Function.ResponseSizeTooLarge" });
}

/** On Lambda the process is the function's own. Here a signal to it would end the local AWS. */
function keepSignalsInside() {
  const { kill } = process;
  process.kill = (pid, signal) => (pid === process.pid || pid <= 0 ? process.exit(1) : kill(pid, signal));
}

/** What nobody caught ends the environment, with an answer for the request that was running. @param {object} error */
function crash(error) {
  port.postMessage({ type: "crash", error });
  process.exit(1);
}

async function start() {
  writeConsoleAsLambda();
  keepSignalsInside();
  process.on("uncaughtException", error => crash(describe(error)));
  process.on("unhandledRejection", reason =>
    crash({ ...describe(reason), errorType: "Runtime.UnhandledPromiseRejection" }),
  );
  const handler = await loadHandler();
  port.on("message", async message => {
    requestId = message.context.awsRequestId;
    process.env._X_AMZN_TRACE_ID = message.traceHeader;
    try {
      port.postMessage({ type: "answer", payload: serialise(await run(handler, message)) });
    } catch (error) {
      port.postMessage({ type: "error", error: describe(error) });
    }
  });
  port.postMessage({ type: "ready" });
}

start().catch(error => crash(describe(error)));
