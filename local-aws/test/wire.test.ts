import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import * as sts from "@aws-sdk/client-sts";
import fc from "fast-check";
import { inProcessHandler } from "../src/in-process.ts";
import type { AwsRequest, Protocol, WireRequest, WireResponse } from "../src/service.ts";
import { awsJson } from "../src/wire/aws-json.ts";
import { awsQuery } from "../src/wire/aws-query.ts";
import { restJson } from "../src/wire/rest-json.ts";
import { restXml } from "../src/wire/rest-xml.ts";
import { apiOf } from "../src/wire/schema.ts";
import type { OperationShape, Structure } from "../src/wire/shape.ts";
import { structure } from "./values.ts";

interface Client {
  send(command: object): Promise<Record<string, unknown>>;
  /** What its next request is answered with. */
  answer: (request: WireRequest) => WireResponse;
}

interface Talk {
  subject: Subject;
  client: Client;
}

interface Subject {
  sdk: object;
  Client: abstract new (options: never) => object;
  protocol: Protocol;
}

const namespace = "https://example.com/doc/";
const SUBJECTS: Record<string, Subject> = {
  "AWS Query (IAM)": { sdk: iam, Client: iam.IAMClient, protocol: awsQuery(apiOf(iam), { namespace }) },
  "AWS Query (STS)": { sdk: sts, Client: sts.STSClient, protocol: awsQuery(apiOf(sts), { namespace }) },
  "AWS JSON (CloudWatch Logs)": {
    sdk: logs,
    Client: logs.CloudWatchLogsClient,
    protocol: awsJson(apiOf(logs), { version: "1.1" }),
  },
  "REST JSON (API Gateway)": {
    sdk: apigateway,
    Client: apigateway.APIGatewayClient,
    protocol: restJson(apiOf(apigateway)),
  },
  "REST JSON (Lambda)": { sdk: lambda, Client: lambda.LambdaClient, protocol: restJson(apiOf(lambda)) },
  "REST XML (S3)": { sdk: s3, Client: s3.S3Client, protocol: restXml(apiOf(s3), { namespace }) },
};

/** What the SDK's client itself computes, or wants to be right. */
const CHOICE = {
  fixed: { Bucket: "a-bucket" },
  without: ["ChecksumAlgorithm", "SSECustomerKey", "CopySourceSSECustomerKey", "Expires", "ExpiresString"],
};

function talkTo(subject: Subject): Talk {
  const options = {
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "s" },
    requestHandler: inProcessHandler(async request => client.answer(request)),
    maxAttempts: 1,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    disableHostPrefix: true,
  };
  const client: Client = Reflect.construct(subject.Client, [options]);
  return { subject, client };
}

const commandOf = ({ sdk }: Subject, { name }: OperationShape, input: object): object =>
  Reflect.construct(Reflect.get(sdk, `${name}Command`), [input]);

function asAwsRequest(wire: WireRequest): AwsRequest {
  const [path = "/", query = ""] = wire.url.split(/\?(.*)/s);
  const caller = { kind: "account" as const };
  return { ...wire, path, query: new URLSearchParams(query), region: "eu-west-1", caller, requestId: "1" };
}

const isStreamOfEvents = ({ shape }: { shape: { kind: string; union?: boolean; traits?: object } }) =>
  shape.kind === "structure" && shape.union && "streaming" in (shape.traits ?? {});

const hasEvents = ({ input, output }: OperationShape) =>
  [input, output].some(shape => [...(shape?.members.values() ?? [])].some(isStreamOfEvents));

const NOTHING: Structure = {
  kind: "structure",
  union: false,
  name: "",
  traits: {},
  members: new Map(),
  required: [],
};

for (const [name, subject] of Object.entries(SUBJECTS)) {
  const talk = talkTo(subject);
  const operations = [...apiOf(subject.sdk).values()].filter(operation => !hasEvents(operation));

  test(`${name}: what the SDK sends is read as what it was given`, async () => {
    for (const operation of operations)
      await fc.assert(
        fc.asyncProperty(structure(operation.input ?? NOTHING, CHOICE), async input => {
          const call = await sent(talk, operation, input);

          assert.equal(call.operation, operation.name);
          assert.deepEqual(call.noticed, { unknown: [], missing: [] });
          for (const [member, given] of Object.entries(input))
            assert.deepEqual(
              await plain(call.input[member]),
              await plain(given),
              `${operation.name}.${member}`,
            );
        }),
        { seed: 1, numRuns: 2, includeErrorInReport: true },
      );
  });

  test(`${name}: what is answered is read by the SDK as what it was`, async () => {
    for (const operation of operations)
      await fc.assert(
        fc.asyncProperty(structure(operation.output ?? NOTHING, CHOICE), async output => {
          const received = await answered(talk, operation, output);

          for (const [member, given] of Object.entries(output))
            assert.deepEqual(
              await plain(received[member]),
              await plain(given),
              `${operation.name}.${member}`,
            );
        }),
        { seed: 1, numRuns: 2, includeErrorInReport: true },
      );
  });
}

/** Sends a call with the SDK and reads it with the protocol. */
async function sent({ subject, client }: Talk, operation: OperationShape, input: object) {
  let request: WireRequest | undefined;
  client.answer = wire => {
    request = wire;
    return { status: 204, headers: {}, body: "" };
  };
  await client.send(commandOf(subject, operation, input)).catch(error => {
    if (!request) throw error;
  });
  return subject.protocol.parse(asAwsRequest(request!));
}

/** Lets the protocol answer and the SDK read it. */
async function answered({ subject, client }: Talk, operation: OperationShape, output: object) {
  const input = fc.sample(structure(operation.input ?? NOTHING, CHOICE), { seed: 2, numRuns: 1 })[0]!;
  client.answer = () => subject.protocol.answer({ operation: operation.name, input: {} }, output, "1");
  return client.send(commandOf(subject, operation, input));
}

/** Bytes of whatever class as one, streams as bytes. */
async function plain(value: unknown): Promise<unknown> {
  if (value instanceof Readable) return Buffer.concat(await value.toArray());
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Date || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  const entries = Object.entries(value).map(async ([name, part]) => [name, await plain(part)]);
  return Object.fromEntries(await Promise.all(entries));
}
