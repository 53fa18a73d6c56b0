/** A deploy as the view shows it: its calls are its spans, each with the `aws` command that does the same. */
import { randomUUID } from "node:crypto";
import type { Part } from "local-aws";
import { awsCommand } from "../../command/explain.ts";
import { type Aws, around } from "../../converge/aws.ts";
import { marksOf, type Shown, type ShownSpan } from "./shown.ts";

const PARTS: Record<string, Part> = {
  APIGateway: "api",
  CloudWatchLogs: "logs",
  DynamoDB: "dynamodb",
  Lambda: "lambda",
  S3: "s3",
};

/** Notes the calls of deploys; `during` wraps one and returns it with its calls. */
export function noteDeploys(aws: Aws) {
  let began = performance.now();
  let spans: ShownSpan[] = [];
  around(aws, (service, operation, send) => async args => {
    const started = performance.now();
    const tell = (outcome: "passed" | "failed", why: string) =>
      spans.push({
        part: PARTS[service] ?? "iam",
        what: operation,
        outcome,
        why,
        at: started - began,
        ms: performance.now() - started,
        data: { command: commandFor(service, operation, aws.region, args.input) },
      });
    try {
      const output = await send(args);
      tell("passed", "Answered.");
      return output;
    } catch (error) {
      // That something is not there yet is an answer, too.
      const { name, message } = error as Error;
      tell(/^(No|Not|Resource|404)/.test(name) ? "passed" : "failed", `${name}: ${message}`);
      throw error;
    }
  });
  return async function during<T>(
    name: string,
    deploy: () => Promise<T>,
    tell: (deploy: Shown) => void,
  ): Promise<T> {
    began = performance.now();
    spans = [];
    const shown = {
      id: randomUUID(),
      kind: "deploy" as const,
      time: Date.now(),
      method: "deploy",
      url: name,
    };
    try {
      return await deploy();
    } finally {
      const ms = performance.now() - began;
      tell({ ...shown, status: 0, ms, spans, ...marksOf(spans) });
    }
  };
}

/** Without the function's zip and the page, which no view needs. */
const commandFor = (service: string, operation: string, region: string, input: object): string => {
  const small = Object.entries(input).filter(([name]) => !["Body", "Code", "ZipFile"].includes(name));
  return awsCommand(service, operation, region, Object.fromEntries(small));
};
