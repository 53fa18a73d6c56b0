/** The local AWS, put together: its services around one world, in process or behind a port. */
import type { EventEmitter } from "node:events";
import { accountKey, authorize, issueRoleKey, type RoleKey } from "./access/authorize.ts";
import { verify } from "./access/verify.ts";
import { apigateway } from "./apigateway/service.ts";
import { type Answer, type Around, createAnswer } from "./aws.ts";
import type { Items } from "./dynamodb/items.ts";
import { dynamodb } from "./dynamodb/service.ts";
import { serveApi } from "./execute-api/serve.ts";
import { type Front, listenAsAmazon } from "./front.ts";
import { listen } from "./http.ts";
import { iam } from "./iam/service.ts";
import { serveCode } from "./lambda/code.ts";
import { configureLambda } from "./lambda/runtime.ts";
import { lambda } from "./lambda/service.ts";
import { logs } from "./logs/service.ts";
import { s3, servePublicObject } from "./s3/service.ts";
import { openWorld } from "./save.ts";
import type { Service } from "./service.ts";
import { sts } from "./sts/service.ts";
import type { Trace } from "./trace/trace.ts";
import { Weather } from "./weather.ts";
import type { CallRecord, Told, World } from "./world.ts";

/** How a local AWS shall be; nothing needs to be said. */
export interface AwsOptions {
  /** The port to listen on; any that is free without it. */
  port?: number;
  /** Where everything is kept; in memory without it. */
  directory?: string;
  /** What AWS_REGION becomes: us-east-1 without it. Requests for other regions are answered all the same. */
  region?: string;
  /** The account's number; of a directory that keeps one already, it must be the same. */
  account?: string;
  /** Answers under AWS's own host names, too, on two further ports. */
  front?: boolean;
  /** What befalls calls before they are answered: bad days, or whatever a test puts there. Fine without it. */
  weather?: Weather | Around;
  /** The most execution environments of one function; ten without it. */
  environments?: number;
  /** How many of the latest traces are kept: 200 without it. With 0, nothing is told of requests. */
  traces?: number;
}

/** A local AWS at work. */
export interface Aws {
  /** "http://127.0.0.1:4566" */
  endpoint: string;
  /** "http://localhost:4566": the same socket, but an origin of its own for the page, so that CORS is real. */
  siteEndpoint: string;
  /** The ports that stand for AWS's own, when asked for. */
  front?: Omit<Front, "close">;
  region: string;
  account: string;
  /** The key of the account's only user. */
  accessKeyId: string;
  secretAccessKey: string;
  /** Answers one request as AWS would, without a socket. Never throws, but for weather that cuts the connection. */
  answer: Answer;
  /** The latest calls that the account's own key made, oldest first. */
  calls: CallRecord[];
  /** The latest requests that came without a signature, oldest first: what decided about each, and why. */
  traces: readonly Trace[];
  /** The SDK's environment variables that lead a client or a child process here. */
  environment: Record<string, string>;
  /**
   * Tells each call, what was decided about it, each request that a deployed API served, each line of a function's
   * log, and the trace of each request that came without a signature.
   */
  on<Event extends keyof Told>(event: Event, listener: (told: Told[Event]) => void): void;
  /** All that exists, by service: as a directory would keep it, keys included. */
  contents(): Record<string, unknown>;
  /** The credentials that a function with this role would have. */
  roleKey(roleName: string): RoleKey;
  close(): Promise<void>;
  /** Closes it: `await using aws = await startAws();` */
  [Symbol.asyncDispose](): Promise<void>;
}

const MAX_CALLS = 10_000;

/** All services that there are. */
export const servicesOf = (items: Items): readonly Service[] => [
  apigateway,
  dynamodb(items),
  iam,
  lambda,
  logs,
  s3,
  sts,
];

/** A local AWS without a socket: requests are given to its `answer`, those of the SDK by `inProcessHandler(aws.answer)`. */
export async function createAws(options: AwsOptions = {}): Promise<Aws> {
  const { aws } = await open(options);
  return aws;
}

/** A local AWS that listens on a port of this machine. */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  const { aws, world } = await open(options);
  const opened: { close(): Promise<void> }[] = [aws];
  const close = async () => {
    for (const each of opened.splice(0).reverse()) await each.close();
  };
  try {
    const socket = await listen(aws.answer, options.port ?? 0);
    opened.push(socket);
    const front = options.front ? await listenAsAmazon(aws.answer, aws.region) : undefined;
    if (front) opened.push(front);
    const here = at(socket.port, world, aws.region);
    return { ...aws, ...here, front, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(options: AwsOptions): Promise<{ aws: Aws; world: World }> {
  const { region = "us-east-1", port = 4566, directory, account, weather, environments, traces } = options;
  const { world, items } = await openWorld(directory, account);
  world.onClose(() => items.close());
  if (environments) configureLambda(world, { environments });
  world.traces.kept = traces ?? world.traces.kept;
  const services = servicesOf(items);
  const answer = createAnswer({
    world,
    services,
    publics: [serveApi(world), serveCode(world), servePublicObject(world)],
    verify,
    authorize,
    around: weather instanceof Weather ? weather.over(world, services) : weather,
  });
  return { world, aws: { ...at(port, world, region), ...over(world), region, answer } };
}

/** What can be done with an AWS from outside, beside asking it. */
function over(world: World): Omit<Aws, keyof ReturnType<typeof at> | "region" | "answer"> {
  const close = () => world.close();
  return {
    account: world.account,
    calls: record(world),
    traces: world.traces.latest,
    on: (event, listener) => void (world as EventEmitter).on(event, listener),
    contents: () => structuredClone(world.toJSON()),
    roleKey: roleName => issueRoleKey(world, roleName),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What a client must know to reach this AWS on a port. */
function at(port: number, world: World, region: string) {
  const endpoint = `http://127.0.0.1:${port}`;
  const siteEndpoint = `http://localhost:${port}`;
  const { id: accessKeyId, secret: secretAccessKey } = accountKey(world);
  world.endpoint = endpoint;
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: siteEndpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region, // what version 1 of the aws command reads
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
  };
  return { endpoint, siteEndpoint, accessKeyId, secretAccessKey, environment };
}

function record(world: World): CallRecord[] {
  const calls: CallRecord[] = [];
  world.on("call", call => {
    if (call.by === "account" && calls.push(call) > MAX_CALLS) calls.shift();
  });
  return calls;
}
