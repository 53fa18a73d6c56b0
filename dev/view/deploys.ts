/** A deploy as the view shows it: its calls are its spans, each with the `aws` command that does the same. */
import { randomUUID } from "node:crypto";
import type { Part } from "local-aws";
import { awsCommand } from "../../command/explain.ts";
import { type Aws, around } from "../../converge/aws.ts";
import { marksOf, type Show, type ShownSpan } from "./shown.ts";

const PARTS: Record<string, Part> = {
  APIGateway: "api",
  CloudWatchLogs: "logs",
  DynamoDB: "dynamodb",
  Lambda: "lambda",
  S3: "s3",
};

/** A deploy under way: when it began, and who hears of its calls. */
interface Noted {
  began: number;
  note: (span: ShownSpan) => void;
}

/** Notes the calls of deploys; what it returns runs one, and shows it while it runs and when it has ended. */
export function noteDeploys(aws: Aws) {
  let noted: Noted = { began: 0, note: () => {} };
  around(aws, (service, operation, send) => async args => {
    const { began, note } = noted;
    const started = performance.now();
    const tell = (outcome: "passed" | "failed", why: string) =>
      note({
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
  return async function during<T>(name: string, deploy: () => Promise<T>, show: Show): Promise<T> {
    const { end, ...begun } = begin(name, show);
    noted = begun;
    try {
      return await deploy();
    } finally {
      end();
    }
  };
}

/** Shows that a deploy has begun, then each of its calls, and at last its end: what is answered later belongs to it, too. */
function begin(name: string, show: Show): Noted & { end: () => void } {
  const began = performance.now();
  const spans: ShownSpan[] = [];
  const start = { id: randomUUID(), kind: "deploy" as const, time: Date.now(), method: "deploy", url: name };
  let isRunning = true;
  const showNow = () =>
    show({ ...start, status: 0, ms: performance.now() - began, isRunning, spans, ...marksOf(spans) });
  showNow();
  return {
    began,
    note(span) {
      spans.push(span);
      showNow();
    },
    end() {
      isRunning = false;
      showNow();
    },
  };
}

/** Without the function's zip and the page, which no view needs. */
const commandFor = (service: string, operation: string, region: string, input: object): string => {
  const small = Object.entries(input).filter(([name]) => !["Body", "Code", "ZipFile"].includes(name));
  return awsCommand(service, operation, region, Object.fromEntries(small));
};
