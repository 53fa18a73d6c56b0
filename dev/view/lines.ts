/** Which line of the project decided: found in its sources as they are now, so that it stays right when they change. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Part, Span } from "local-aws";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

type Place = [file: string, text: string];

/** Where each part's decision is made, or what it follows is set. */
export const PLACES: Record<string, Place> = {
  browser: ["request.ts", "method: order.method"],
  s3: ["resources/website.ts", "s3:GetObject"],
  method: ["stack.ts", "methods: ["],
  preflight: ["resources/methods.ts", '"Access-Control-Allow-Origin"'],
  throttle: ["stack.ts", "requestsPerSecond"],
  "gateway response": ["resources/routes.ts", '"Access-Control-Allow-Origin"'],
  permission: ["resources/permission.ts", "apigateway.amazonaws.com"],
  lambda: ["stack.ts", "handler: "],
  "role for items": ["stack.ts", '"dynamodb:PutItem"'],
  logs: ["stack.ts", '"logs:PutLogEvents"'],
  read: ["handler.ts", "new GetItemCommand"],
  store: ["handler.ts", "ConditionExpression: "],
  replace: ["handler.ts", "async function replace"],
  "log line": ["handler.ts", "process.stdout.write"],
  answer: ["handler.ts", '"Access-Control-Allow-Origin"'],
};

/** "handler.ts:91", or nothing where a place is not to be found. */
export function lineOf([file, text]: Place): string | undefined {
  const at = textOf(file)
    .split("\n")
    .findIndex(line => line.includes(text));
  return at < 0 ? undefined : `${file}:${at + 1}`;
}

/** The line behind a span; what the function decided is found by the outcome in its log line. */
export function lineBehind(span: Span, all: readonly Span[]): string | undefined {
  const outcome = span.part === "lambda" && outcomeIn(all);
  const ofOutcome =
    outcome && ["handler.ts", "answer.ts"].map(file => lineOf([file, `"${outcome}"`])).find(Boolean);
  return ofOutcome || lineOf(PLACES[PLACE_OF[span.part](span, all)]!);
}

const outcomeIn = (spans: readonly Span[]): string | undefined =>
  spans.map(({ data }) => /"outcome":"(\w+)"/.exec(String(data?.line))?.[1]).find(Boolean);

const PLACE_OF: Record<Part, (span: Span, all: readonly Span[]) => string> = {
  browser: () => "browser",
  s3: () => "s3",
  permission: () => "permission",
  lambda: () => "lambda",
  iam: ({ what }) => (what.startsWith("logs:") ? "logs" : "role for items"),
  answer(_span, all) {
    const answered = all.findLast(({ part }) => ["lambda", "api", "s3"].includes(part));
    return answered && answered.part !== "lambda" ? PLACE_OF[answered.part](answered, all) : "answer";
  },
  logs: ({ outcome }) => (outcome === "passed" ? "log line" : "logs"),
  api({ what, why }) {
    if (/throttle of/.test(why)) return "throttle";
    if (what.startsWith("gateway response")) return "gateway response";
    return /integration MOCK/.test(why) ? "preflight" : "method";
  },
  dynamodb({ what, data }) {
    if (what.startsWith("Get")) return "read";
    return (data?.input as { ConditionExpression?: string })?.ConditionExpression ? "store" : "replace";
  },
};

const texts = new Map<string, { text: string; readAt: number }>();
const FRESH_MS = 1_000;

function textOf(file: string): string {
  const known = texts.get(file);
  if (known && Date.now() - known.readAt < FRESH_MS) return known.text;
  const text = readFileSync(`${ROOT}${file}`, "utf8");
  texts.set(file, { text, readAt: Date.now() });
  return text;
}
