/** Calls to every service, signed by hand, changed on their way, and what is answered. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type SignedFor, signed } from "../src/access/signer.ts";
import type { Aws } from "../src/server.ts";
import type { WireRequest } from "../src/service.ts";
import { started } from "./started.ts";

export const MINUTE = 60_000;
export const SERVICES = ["apigateway", "dynamodb", "iam", "lambda", "logs", "s3", "sts"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** A call that each service answers with 200, but for Lambda, which knows no such function. */
const CALLS: Record<ServiceName, Partial<WireRequest>> = {
  apigateway: { method: "GET", url: "/restapis" },
  dynamodb: { headers: { "x-amz-target": "DynamoDB_20120810.ListTables" }, body: Buffer.from("{}") },
  iam: { body: Buffer.from("Action=ListRoles&Version=2010-05-08") },
  lambda: { method: "GET", url: "/2015-03-31/functions/none" },
  logs: { headers: { "x-amz-target": "Logs_20140328.DescribeLogGroups" }, body: Buffer.from("{}") },
  s3: { method: "GET", headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
  sts: { body: Buffer.from("Action=GetCallerIdentity&Version=2011-06-15") },
};

export function callOf(service: ServiceName): WireRequest {
  const { headers, ...call } = CALLS[service];
  return {
    method: "POST",
    url: "/",
    body: Buffer.alloc(0),
    ...call,
    headers: { host: "localhost", ...headers },
  };
}

interface Outcome {
  status: number;
  code: string | undefined;
  message: string | undefined;
  body: string;
}

/** Signs a call, changes it on its way if told to, and says what is answered. */
export async function ask(
  aws: Aws,
  service: ServiceName,
  how: Partial<SignedFor> = {},
  change = (request: WireRequest) => request,
  call = callOf(service),
): Promise<Outcome> {
  const { region, accessKeyId, secretAccessKey } = aws;
  const request = await signed(call, { service, region, accessKeyId, secretAccessKey, ...how });
  const { status, headers, body } = await aws.answer(change(request));
  const text = body.toString().replaceAll("&apos;", "'").replaceAll("&quot;", '"');
  return {
    status,
    code:
      headers["x-amzn-errortype"] ??
      /<Code>(.+)<\/Code>|"__type":"([^"]+)"/.exec(text)?.slice(1).find(Boolean),
    message: /<Message>(.+)<\/Message>|"message":"([^"]+)"/s.exec(text)?.slice(1).find(Boolean),
    body: text,
  };
}

export const withHeader = (name: string, change: (value: string) => string) => (request: WireRequest) => ({
  ...request,
  headers: { ...request.headers, [name]: change(request.headers[name] ?? "") },
});
export const withScope = (from: RegExp, to: string) =>
  withHeader("authorization", value => value.replace(from, to));

/** Asks every service the same, and compares status and code. */
export async function refusedBy(
  t: TestContext,
  expected: Record<ServiceName, string>,
  how: Partial<SignedFor>,
  change?: (request: WireRequest) => WireRequest,
): Promise<Record<string, string | undefined>> {
  const aws = await started(t);
  const messages: Record<string, string | undefined> = {};
  for (const service of SERVICES) {
    const { status, code, message } = await ask(aws, service, how, change);
    assert.equal(`${status} ${code}`, expected[service], `${service}: ${message}`);
    messages[service] = message;
  }
  return messages;
}
