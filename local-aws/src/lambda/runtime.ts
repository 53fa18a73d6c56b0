/** Runs functions: which revision, with which environment variables, how many at a time. */
import { randomUUID } from "node:crypto";
import { roleOf } from "../iam/state.ts";
import { AwsError } from "../service.ts";
import type { OpenTrace } from "../trace/trace.ts";
import type { World } from "../world.ts";
import { arnOf, functionNamed, isPending, type LambdaFunction, notPossible } from "./functions.ts";
import type { Outcome } from "./outcome.ts";
import { Pool } from "./pool.ts";
import { environmentOf, roleNameOf } from "./variables.ts";

/** How functions are run. */
export interface LambdaSettings {
  /** The most execution environments of one function; further requests wait for one. */
  environments: number;
  /** An environment without work for so long is ended, in milliseconds. */
  idleMs: number;
}

/** Requests that run or wait in one region. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ACCOUNT_CONCURRENCY = 1000;
const DEFAULTS: LambdaSettings = { environments: 10, idleMs: 300_000 };

interface Running {
  revisionId: string;
  pool: Promise<Pool>;
  inFlight: number;
}

interface Runtime {
  settings: LambdaSettings;
  /** By ARN. */
  running: Map<string, Running>;
  /** All that are not cleaned away yet, superseded ones too. */
  pools: Set<Promise<Pool>>;
}

const runtimes = new WeakMap<World, Runtime>();

function runtimeOf(world: World): Runtime {
  const known = runtimes.get(world);
  if (known) return known;
  const runtime: Runtime = { settings: DEFAULTS, running: new Map(), pools: new Set() };
  runtimes.set(world, runtime);
  world.onClose(async () => {
    const pools = await Promise.all([...runtime.pools].map(opening => opening.catch(() => undefined)));
    await Promise.all(pools.map(pool => pool?.close()));
  });
  return runtime;
}

/** Changes how the functions of a world are run. Holds for functions that are started from now on. */
export function configureLambda(world: World, settings: Partial<LambdaSettings>): void {
  const runtime = runtimeOf(world);
  runtime.settings = { ...runtime.settings, ...settings };
}

/** An invocation's answer: the function's own or Lambda's error document. */
export interface Invocation extends Outcome {
  requestId: string;
  /** How long the function may run. */
  timeoutMs: number;
}

/**
 * Runs a function and waits for its answer.
 * @param functionArn whose resource policy the caller has already asked
 * @param payload JSON
 * @param trace of the request that caused it
 */
export async function invoke(
  world: World,
  functionArn: string,
  payload: string,
  trace?: OpenTrace,
): Promise<Invocation> {
  const region = functionArn.split(":")[3] ?? "";
  const fn = functionNamed(functionArn, { world, region });
  if (isPending(fn)) throw notPossible("Pending");
  requireRole(world, fn);
  const running = runningOf(world, fn);
  refuseTooMany(runtimeOf(world), running, fn);
  const requestId = randomUUID();
  running.inFlight++;
  try {
    const pool = await running.pool;
    const event = eventOf(world, fn, payload, requestId);
    return { requestId, timeoutMs: event.timeoutMs, ...(await pool.run({ ...event, trace })) };
  } finally {
    running.inFlight--;
  }
}

/** Lets the environments of a function's superseded revision, or of a deleted function, end their work. */
export function retire(world: World, functionArn: string): void {
  const runtime = runtimeOf(world);
  const running = runtime.running.get(functionArn);
  if (!running) return;
  runtime.running.delete(functionArn);
  void retirePool(runtime, running.pool);
}

/** What keeps a pool from opening is told to those who wait for it. */
async function retirePool({ pools }: Runtime, opening: Promise<Pool>): Promise<void> {
  const pool = await opening.catch(() => undefined);
  await pool?.retire();
  pools.delete(opening);
}

/**
 * The environment variables are encrypted for the one role: another one of the same name cannot read them.
 * https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors
 */
function requireRole(world: World, fn: LambdaFunction): void {
  if (!fn.configuration.Environment || roleOf(world, roleNameOf(fn))?.id === fn.roleId) return;
  throw new AwsError(
    "KMSAccessDeniedException",
    502,
    "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS key settings. KMS Exception: AccessDeniedException",
  );
}

function runningOf(world: World, fn: LambdaFunction): Running {
  const runtime = runtimeOf(world);
  const arn = arnOf(world, fn);
  const running = runtime.running.get(arn);
  if (running?.revisionId === fn.revisionId) return running;
  retire(world, arn);
  const { environments, idleMs } = runtime.settings;
  const pool = Pool.open({
    zip: Buffer.from(fn.zip, "base64"),
    limit: Math.min(environments, fn.reservedConcurrency ?? environments),
    idleMs,
    environment: taskRoot => environmentOf(world, fn, taskRoot),
  });
  const begun: Running = { revisionId: fn.revisionId, pool, inFlight: 0 };
  runtime.running.set(arn, begun);
  runtime.pools.add(pool);
  return begun;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
function refuseTooMany(
  { running }: Runtime,
  { inFlight }: Running,
  { reservedConcurrency }: LambdaFunction,
): void {
  if (inFlight >= (reservedConcurrency ?? Number.POSITIVE_INFINITY))
    throw tooMany("ReservedFunctionConcurrentInvocationLimitExceeded");
  const all = [...running.values()].reduce((sum, { inFlight }) => sum + inFlight, 0);
  if (all >= ACCOUNT_CONCURRENCY) throw tooMany("ConcurrentInvocationLimitExceeded");
}

const tooMany = (Reason: string) =>
  new AwsError("TooManyRequestsException", 429, "Rate Exceeded.", { members: { Type: "User", Reason } });

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
const eventOf = (world: World, fn: LambdaFunction, payload: string, requestId: string) => ({
  payload,
  requestId,
  timeoutMs: fn.configuration.Timeout * 1000,
  context: { awsRequestId: requestId, invokedFunctionArn: arnOf(world, fn) },
});
