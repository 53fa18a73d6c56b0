import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openItems } from "../src/dynamodb/items.ts";
import { inProcessHandler, type SdkRequest } from "../src/in-process.ts";
import { createAws, servicesOf } from "../src/server.ts";
import type { OperationShape } from "../src/wire/shape.ts";
import { type Choose, mutate } from "./mutations.ts";
import { type Options, PRESENT, type Present } from "./present.ts";
import { structure } from "./values.ts";

const RUNS = 30;

/** What no made-up value fits: a digest of the body. */
const DIGESTS = [
  "ChecksumAlgorithm",
  "ContentMD5",
  "ContentLength",
  ...[
    "CRC32",
    "CRC32C",
    "CRC64NVME",
    "SHA1",
    "SHA256",
    "SHA512",
    "MD5",
    "XXHASH64",
    "XXHASH3",
    "XXHASH128",
  ].map(name => `Checksum${name}`),
];

const items = await openItems();
const services = servicesOf(items).filter(({ api }) => api);
await items.close();

for (const { name, api, operations } of services)
  test(`${name} answers any input of what it carries out, and never with a 500`, async () => {
    const present = PRESENT[name];
    assert.ok(present, `present.ts has nothing of ${name}`);
    for (const [operation, { params }] of Object.entries(operations))
      await sendMany(present, api!.get(operation)!, params);
  });

/** Sends an operation many inputs, most of them wrong in one place. */
async function sendMany(present: Present, operation: OperationShape, only: readonly string[]): Promise<void> {
  const aws = await createAws();
  const { accessKeyId, secretAccessKey, region } = aws;
  const credentials = { accessKeyId, secretAccessKey };
  const options = { region, credentials, maxAttempts: 1, forcePathStyle: true, endpoint: aws.endpoint };
  const answering = inProcessHandler(aws.answer);
  const fixed = await present.make({ ...options, requestHandler: answering });
  const choice = { fixed, without: DIGESTS, only, plain: true };
  const input = operation.input ? structure(operation.input, choice) : fc.constant({});

  await fc.assert(
    fc.asyncProperty(input, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), async (given, numbers) => {
      const { status, sent } = await send(present, operation.name, given, numbers, {
        ...options,
        requestHandler: answering,
      });

      const told = `${operation.name} answered ${status} to ${JSON.stringify(sent).slice(0, 2000)}`;
      assert.ok(status < 500 || status === 501, told);
    }),
    { seed: 1, numRuns: RUNS, includeErrorInReport: true },
  );
  await aws.close();
}

/** Sends a command whose request is changed before it is signed. */
async function send(present: Present, name: string, input: object, numbers: number[], options: Options) {
  let sent: unknown;
  let status = 0;
  let at = 0;
  const choose: Choose = below => numbers[at++ % numbers.length]! % below;
  const change = (next: (args: object) => unknown) => (args: { request: SdkRequest }) => {
    mutate(args.request, choose);
    return next(args);
  };
  const { handle } = options.requestHandler as ReturnType<typeof inProcessHandler>;
  const requestHandler = {
    async handle(request: SdkRequest) {
      const { method, path, query, body } = request;
      sent = { method, path, query, body };
      const answer = await handle(request);
      status = answer.response.statusCode;
      return answer;
    },
  };
  const client = Reflect.construct(present.Client, [{ ...options, requestHandler }]);
  client.middlewareStack.add(change, { step: "serialize", priority: "low" });
  const command = Reflect.construct(Reflect.get(present.sdk, `${name}Command`), [input]);
  await client.send(command).catch((error: unknown) => {
    if (sent === undefined) throw error;
  });
  return { status, sent };
}
