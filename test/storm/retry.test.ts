/** How long deploy and teardown are patient, in virtual time: with what, how often asked, and when they give up. */
import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import { inProcessHandler } from "local-aws";
import { connect } from "../../converge/aws.ts";
import { Refusal } from "../../converge/errors.ts";
import { persist, waitFor } from "../../converge/retry.ts";
import { makeTimeVirtual, settle } from "../shared/virtual-time.ts";

interface Refused {
  name: string;
  message?: string;
  status?: number;
  retryAfter?: number;
}

Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" });
const clock = makeTimeVirtual();
const realRandom = Math.random;
afterEach(() => {
  Math.random = realRandom;
});
after(() => clock.uninstall());

/** Lets time pass until the work has ended: what became of it, and after how many seconds. */
async function ended<T>(work: Promise<T>): Promise<{ value?: T; error?: Error; seconds: number }> {
  const started = Date.now();
  const end = (how: object) => ({ ...how, seconds: (Date.now() - started) / 1000 });
  const ending = work.then(
    value => end({ value }),
    error => end({ error }),
  );
  return settle(ending, clock);
}

/** Asks AWS once, which refuses so many times; at which seconds it was asked. */
async function ask(
  { name, message = "", status = 400, retryAfter }: Refused,
  times = Number.POSITIVE_INFINITY,
) {
  const started = Date.now();
  const asked: number[] = [];
  const requestHandler = inProcessHandler(async () => {
    asked.push((Date.now() - started) / 1000);
    if (asked.length > times) return { status: 200, headers: {}, body: "{}" };
    const headers = { "x-amzn-errortype": name, ...(retryAfter && { "retry-after": `${retryAfter}` }) };
    return { status, headers, body: JSON.stringify({ message }) };
  });
  const { lambda } = connect("eu-central-1", { requestHandler }).sdk;
  const { error } = await ended(lambda.send(new GetFunctionCommand({ FunctionName: "f" })));
  return { asked, error };
}

describe("a call is repeated until it succeeds when AWS says", () => {
  const passing: Refused[] = [
    { name: "TooManyRequestsException", status: 429 },
    { name: "ThrottlingException" },
    { name: "ServiceException", status: 500 },
    { name: "InvalidParameterValueException", message: "The role cannot be assumed by Lambda." },
    { name: "ResourceConflictException", message: "An update is in progress for resource: f" },
    { name: "ConcurrentModificationException" },
    { name: "ContinuousBackupsUnavailableException" },
    { name: "OperationAborted", status: 409 },
    { name: "ConflictException", status: 409, message: "Please try again later." },
  ];
  for (const refused of passing)
    test(`${refused.name} ${refused.message ?? ""}`, async () => {
      const { asked, error } = await ask(refused, 4);

      assert.equal(error, undefined);
      assert.equal(asked.length, 5);
    });
});

describe("a call is made once when AWS says", () => {
  const hopeless: Refused[] = [
    { name: "AccessDeniedException", status: 403 },
    { name: "ValidationException" },
    { name: "ExpiredTokenException", status: 403 },
    { name: "InvalidParameterValueException", message: "Unsupported runtime" },
    { name: "ResourceConflictException", status: 409, message: "Function already exist: f" },
    { name: "LimitExceededException", message: "Cannot exceed quota for RolesPerAccount: 1000" },
  ];
  for (const refused of hopeless)
    test(`${refused.name} ${refused.message ?? ""}`, async () => {
      const { asked, error } = await ask(refused);

      assert.equal(error?.name, refused.name);
      assert.equal(asked.length, 1);
    });
});

describe("patience", () => {
  test("ends: a call that is throttled for ever is given up within 150 seconds", async () => {
    for (const chance of [0, 0.5, 0.999]) {
      Math.random = () => chance || realRandom() / 100;
      const { asked, error } = await ask({ name: "TooManyRequestsException", status: 429, retryAfter: 1 });

      assert.equal(error?.name, "TooManyRequestsException");
      assert.ok(asked.at(-1)! <= 150 && asked.at(-1)! > 120, `given up after ${asked.at(-1)} s`);
      assert.ok(asked.length <= 151, `${asked.length} calls`);
    }
  });

  test("waits as long as AWS asks for, and not for what lies beyond its end", async () => {
    const soon = await ask({ name: "TooManyRequestsException", status: 429, retryAfter: 30 }, 1);
    const late = await ask({ name: "TooManyRequestsException", status: 429, retryAfter: 151 }, 1);

    assert.equal(soon.asked.length, 2);
    assert.ok(soon.asked[1]! >= 30 && soon.asked[1]! < 32, `asked again after ${soon.asked[1]} s`);
    assert.deepEqual(late.asked, [0]);
  });

  test("has full jitter: the pauses double, and chance takes any part of them", async () => {
    Math.random = () => 0.999;
    const long = await ask({ name: "ServiceException", status: 500 }, 4);
    Math.random = () => 0;
    const short = await ask({ name: "ServiceException", status: 500 }, 4);

    const pauses = long.asked.slice(1).map((second, index) => Math.round((second - long.asked[index]!) * 10));
    assert.deepEqual(pauses, [2, 4, 8, 16]);
    assert.ok(short.asked.at(-1)! < 0.1, `${short.asked}`);
  });

  test("is short where nobody listens", async () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const requestHandler = inProcessHandler(() => Promise.reject(refused));
    const { lambda } = connect("eu-central-1", { requestHandler }).sdk;

    const { error, seconds } = await ended(lambda.send(new GetFunctionCommand({ FunctionName: "f" })));

    assert.equal(error?.message, "connect ECONNREFUSED");
    assert.ok(seconds <= 3, `${seconds} s`);
  });
});

describe("a wait", () => {
  test("that runs out says what it waited for, and how to go on", async () => {
    const { error, seconds } = await ended(waitFor("the table to become active", 60, async () => undefined));

    assert.ok(error instanceof Refusal);
    assert.equal(error.message, "Waited 60 seconds for the table to become active, in vain.");
    assert.match(error.remedy, /Run the same command again/);
    assert.ok(seconds <= 60 && seconds > 57, `${seconds} s`);
  });

  test("asks often at first, then every two seconds", async () => {
    const started = Date.now();
    const asked: number[] = [];
    await ended(waitFor("it", 60, async () => void asked.push((Date.now() - started) / 1000)));

    assert.ok(asked.filter(second => second <= 1).length >= 5, `${asked}`);
    assert.ok(asked.length <= 40, `${asked.length} questions`);
  });

  test("for a refusal to pass ends with that refusal", async () => {
    const denied = new Error("denied");
    const isDenied = (error: Error) => error === denied;
    let calls = 0;
    const deny = async () => {
      calls++;
      throw denied;
    };
    const patience = { seconds: 30, firstPause: 200, longestPause: 5000, jitter: true };
    const { error, seconds } = await ended(persist(patience, isDenied, deny));
    const other = await ended(persist(patience, () => false, deny));

    assert.equal(error, denied);
    assert.ok(seconds <= 30 && calls > 5, `${calls} calls in ${seconds} s`);
    assert.deepEqual([other.error, other.seconds], [denied, 0]);
  });
});
