/** The local AWS, put together: its services around one world, in process or behind a port. */
import { accountKey, authorize } from "./access/authorize.ts";
import { verify } from "./access/verify.ts";
import { apigateway } from "./apigateway/service.ts";
import { type Answer, type Around, createAnswer } from "./aws.ts";
import type { Items } from "./dynamodb/items.ts";
import { dynamodb } from "./dynamodb/service.ts";
import { serveApi } from "./execute-api/serve.ts";
import { type Front, listenAsAmazon } from "./front.ts";
import { listen } from "./http.ts";
import { iam } from "./iam/service.ts";
import { lambda } from "./lambda/service.ts";
import { logs } from "./logs/service.ts";
import { s3, servePublicObject } from "./s3/service.ts";
import { openWorld } from "./save.ts";
import type { Service } from "./service.ts";
import { sts } from "./sts/service.ts";
import type { CallRecord, World } from "./world.ts";

export interface AwsOptions {
  /** The port to listen on; 0 takes any that is free. */
  port?: number;
  /** Where everything is kept; in memory without it. */
  directory?: string;
  region?: string;
  account?: string;
  /** Answers under AWS's own host names, too, on two further ports. */
  front?: boolean;
  /** Stands between each call and its service: weather, counting. */
  around?: Around;
}

export interface Aws {
  /** "http://127.0.0.1:4566" */
  endpoint: string;
  /** "http://localhost:4566": the same socket, but an origin of its own for the page, so that CORS is real. */
  siteEndpoint: string;
  /** The ports that stand for AWS's own, when asked for. */
  front?: Omit<Front, "close">;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  world: World;
  answer: Answer;
  /** The latest calls that the account's own key made, oldest first. */
  calls: CallRecord[];
  /** The SDK's environment variables that lead a client or a child process here. */
  environment: Record<string, string>;
  close(): Promise<void>;
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

/** A local AWS without a socket: requests are given to its `answer`. */
export async function createAws(options: AwsOptions = {}): Promise<Aws> {
  const { region = "us-east-1", port = 4566, directory, account, around } = options;
  const { world, items } = await openWorld(directory, account);
  world.onClose(() => items.close());
  const answer = createAnswer({
    world,
    services: servicesOf(items),
    publics: [serveApi(world), servePublicObject(world)],
    verify: (request, signature) => verify(world, request, signature),
    authorize,
    around,
  });
  return {
    ...at(port, world, region),
    region,
    world,
    answer,
    calls: record(world),
    close: () => world.close(),
  };
}

/** A local AWS that listens on a port of this machine. */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  const aws = await createAws(options);
  const opened: { close(): Promise<void> }[] = [aws];
  const close = async () => {
    for (const each of opened.splice(0).reverse()) await each.close();
  };
  try {
    const socket = await listen(aws.answer, options.port ?? 0);
    opened.push(socket);
    const front = options.front ? await listenAsAmazon(aws.answer, aws.region) : undefined;
    if (front) opened.push(front);
    return { ...aws, ...at(socket.port, aws.world, aws.region), front, close };
  } catch (error) {
    await close();
    throw error;
  }
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
