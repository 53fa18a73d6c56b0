/** The function: one HTTP request in, one item stored or read, one answer out. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { type Answer, Fault, failure, invalid, refusal, success } from "./answer.ts";
import { FIELD_NAMES, type Field, type Item, type Problem, problemWith } from "./item.ts";

interface Method {
  /** The parameters that it takes; all others are ignored. */
  fields: readonly Field[];
  run: (item: Item, deadline: AbortSignal) => Promise<Answer>;
}

type Condition = Partial<PutItemCommand["input"]>;
type Attributes = PutItemCommand["input"]["Item"];

/** How long each part took, in milliseconds. */
type Times = Record<string, number>;

export const METHODS: ReadonlyMap<string, Method> = new Map([
  ["GET", { fields: ["id"], run: read }],
  ["HEAD", { fields: ["id"], run: read }],
  ["POST", { fields: FIELD_NAMES, run: store }],
  ["PUT", { fields: FIELD_NAMES, run: replace }],
]);
const ALLOW = [...METHODS.keys()].join(", ");
const VALUES = FIELD_NAMES.filter(field => field !== "id");
const SAME = VALUES.map(field => `#${field} = :${field}`).join(" AND "); // binds before OR
const NAMES = Object.fromEntries(VALUES.map(field => [`#${field}`, field])); // "value" is a reserved word

const { TABLE_NAME, ALLOWED_ORIGIN, AWS_REGION, AWS_ENDPOINT_URL } = process.env;

const HEADERS: Record<string, string> = {
  "Content-Type": "application/json; charset=utf-8",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
  ...(ALLOWED_ORIGIN && { "Timing-Allow-Origin": ALLOWED_ORIGIN }),
  "Access-Control-Expose-Headers": "Retry-After, Server-Timing, x-amzn-RequestId",
  Vary: "Origin",
  ...(ALLOWED_ORIGIN && { "Access-Control-Allow-Origin": ALLOWED_ORIGIN }),
};

// All explicit: what is not, the SDK looks for in files and in the other providers of credentials.
const database = new DynamoDBClient({
  region: AWS_REGION,
  endpoint: AWS_ENDPOINT_URL || undefined,
  credentials: {
    accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? "",
    sessionToken: process.env.AWS_SESSION_TOKEN,
  },
  retryMode: "standard",
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

/** Answers one request of API Gateway's proxy integration. Whatever goes wrong becomes an answer. */
export const handler = async (
  event: APIGatewayProxyEvent,
  context: Context,
): Promise<APIGatewayProxyResult> => {
  const started = performance.now();
  event ??= {} as APIGatewayProxyEvent; // null is JSON too
  const requestId = event.requestContext?.requestId ?? context.awsRequestId;
  const times: Times = {};
  const answer = await answerTo(event, context, times).catch(error => failure(error, requestId));
  const milliseconds = performance.now() - started;
  log(requestId, event.httpMethod, answer, milliseconds);
  return {
    statusCode: answer.status,
    headers: { ...HEADERS, "Server-Timing": timing({ function: milliseconds, ...times }), ...answer.headers },
    body: event.httpMethod === "HEAD" ? "" : JSON.stringify(answer.body),
  };
};

async function answerTo(event: APIGatewayProxyEvent, context: Context, times: Times): Promise<Answer> {
  for (const [name, value] of Object.entries({ TABLE_NAME, ALLOWED_ORIGIN }))
    if (!value) throw new Fault(`The environment variable ${name} is not set.`);
  if (isForeign(event)) return refusal("forbidden_origin", "This API is not for pages of this origin.");
  if (event.resource !== "/items") return refusal("not_found", "Items are at /items; nothing is here.");
  const method = METHODS.get(event.httpMethod);
  if (!method) return { ...refusal("method_not_allowed", `Use ${ALLOW}.`), headers: { Allow: ALLOW } };
  const problems = method.fields.flatMap(field => problemIn(event, field) ?? []);
  if (problems.length > 0) return invalid(problems, method.fields, event.body);
  const item = each(field => [field, given(event, field)[0] ?? ""]) as Item;
  const asked = performance.now();
  return method.run(item, deadline(context)).finally(() => {
    times.table = performance.now() - asked;
  });
}

/** Stores an item unless its ID holds another value: one request decides, and repeating it is harmless. */
async function store(item: Item, deadline: AbortSignal): Promise<Answer> {
  try {
    const existed = await put(item, deadline, {
      ConditionExpression: `attribute_not_exists(id) OR ${SAME}`,
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: Object.fromEntries(VALUES.map(field => [`:${field}`, { S: item[field] }])),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    return existed ? success(200, "unchanged", item) : success(201, "stored", item);
  } catch (error) {
    const { name, Item: found } = error as Error & { Item?: Attributes };
    if (name !== "ConditionalCheckFailedException") throw error;
    const details = { field: "id", held: itemOf(found) };
    return refusal("conflict", "This ID holds another value. Nothing was changed.", details);
  }
}

async function replace(item: Item, deadline: AbortSignal): Promise<Answer> {
  return (await put(item, deadline)) ? success(200, "replaced", item) : success(201, "stored", item);
}

async function read({ id }: Item, abortSignal: AbortSignal): Promise<Answer> {
  const input = { TableName: TABLE_NAME, Key: { id: { S: id } }, ConsistentRead: true };
  const { Item: found } = await database.send(new GetItemCommand(input), { abortSignal });
  if (!found) return refusal("not_found", "There is no item with this ID.", { field: "id" });
  const item = itemOf(found);
  if (!item) throw new Fault("The table holds an item with a field that is not a text.");
  return success(200, "read", item);
}

/** An item as it was stored: "" for a field that it is older than; undefined if it holds what is not a text. */
function itemOf(found: Attributes): Item | undefined {
  if (!found || FIELD_NAMES.some(field => found[field] && found[field].S === undefined)) return;
  return each(field => [field, found[field]?.S ?? ""]) as Item;
}

/** Puts the item if the condition holds, and says whether there was one with its ID. */
async function put(item: Item, abortSignal: AbortSignal, condition: Condition = {}): Promise<boolean> {
  const attributes = each(field => [field, { S: item[field] }]);
  const input = { TableName: TABLE_NAME, Item: attributes, ReturnValues: "ALL_OLD" as const, ...condition };
  const { Attributes: before } = await database.send(new PutItemCommand(input), { abortSignal });
  return before !== undefined;
}

/** An object with one entry for each field of an item. */
const each = <T>(entry: (field: Field) => [string, T]) => Object.fromEntries(FIELD_NAMES.map(entry));

/** All texts that a request gives for a field: queryStringParameters would hold only the last. */
function given(event: APIGatewayProxyEvent, field: Field): string[] {
  const maps = [event.multiValueQueryStringParameters, event.queryStringParameters];
  const map = maps.find(map => map && Object.hasOwn(map, field));
  return [map?.[field]].flat().filter(text => typeof text === "string");
}

function problemIn(event: APIGatewayProxyEvent, field: Field): Problem | undefined {
  const texts = given(event, field);
  if (texts.length < 2) return problemWith(field, texts[0]);
  return { field, message: `The parameter "${field}" is given ${texts.length} times; give it once.` };
}

/** Whether a browser sent this for a page that is not ours. Other programs send no Origin. */
function isForeign({ headers, multiValueHeaders }: APIGatewayProxyEvent): boolean {
  return [headers, multiValueHeaders]
    .flatMap(map => Object.entries(map ?? {}))
    .filter(([name]) => name.toLowerCase() === "origin")
    .some(([, origin]) => [origin ?? []].flat().some(origin => origin !== ALLOWED_ORIGIN));
}

/** Whatever the table does, an answer leaves before Lambda ends the function (after 10 seconds). */
function deadline(context: Context): AbortSignal {
  const left = context.getRemainingTimeInMillis?.() ?? 10_000;
  return AbortSignal.timeout(Math.max(0, Math.min(8_000, left - 500)));
}

/** https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Server-Timing */
const timing = (times: Times) =>
  Object.entries(times)
    .map(([part, milliseconds]) => `${part};dur=${milliseconds.toFixed(1)}`)
    .join(", ");

/**
 * One line a request, without ID and value. On stdout, as Lambda would wrap what console.log writes once more.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
function log(requestId: string, method: string, { status, outcome, cause }: Answer, ms: number): void {
  const moment = { level: status < 500 ? "INFO" : "ERROR", timestamp: new Date().toISOString() };
  const line = { ...moment, requestId, method, status, outcome, milliseconds: Math.round(ms), cause };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
