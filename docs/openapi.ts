/**
 * The API in OpenAPI 3.1, made from what is checked (item.ts), run (handler.ts), answered (answer.ts) and deployed
 * (stack.ts, resources/routes.ts). `npm run openapi` writes docs/openapi.json; a test compares the two.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ERRORS } from "../answer.ts";
import { METHODS } from "../handler.ts";
import { FIELD_NAMES, FIELDS, type Field } from "../item.ts";
import manifest from "../package.json" with { type: "json" };
import { errorDocuments } from "../resources/routes.ts";
import { DEFAULT_NAME, stack } from "../stack.ts";

export const PLACE = new URL("openapi.json", import.meta.url);

type Code = keyof typeof ERRORS;

/** What a method does: good answers by status, and the errors that only it has. */
interface Operation {
  summary: string;
  answers: Record<string, string>;
  /** What a good answer holds, where it is no item. */
  schema?: object;
  errors: Partial<Record<Code, string>>;
}

const OPERATIONS: Record<string, Operation> = {
  GET: {
    summary: "Looks an item up. A field that it is older than is empty.",
    answers: { 200: "The item." },
    errors: { not_found: "There is no item with this ID." },
  },
  HEAD: {
    summary: "Whether there is an item: answered as GET is, without a body.",
    answers: { 200: "There is one." },
    errors: { not_found: "There is no item with this ID." },
  },
  POST: {
    summary: "Stores an item, and never overwrites another one. Repeating it is safe.",
    answers: { 201: "Stored.", 200: "The same item was there already: nothing was changed." },
    errors: { conflict: "The ID holds another item, told as `held`: nothing was changed." },
  },
  PUT: {
    summary: "Stores an item, or replaces the one that is there. Repeating it is safe.",
    answers: { 201: "Stored.", 200: "Replaced." },
    errors: {},
  },
};

/** For a method that nobody has described here. */
const UNDESCRIBED: Operation = {
  summary: "",
  answers: { "2XX": "Done." },
  schema: { type: "object" },
  errors: {},
};

/** The errors of the function that each method may answer. */
const COMMON = {
  invalid: "A parameter is missing, given twice or cannot be kept; `problems` names each.",
  forbidden_origin: "The Origin is not the page's.",
  internal: "Something is wrong on the API's side; the request's id leads to the log.",
  unavailable: "The table is busy or out of reach: repeat the request.",
} satisfies Partial<Record<Code, string>>;

const STACK = stack({ name: DEFAULT_NAME, account: "000000000000", region: "us-east-1", partition: "aws" });
const PATH = `/${STACK.api.path}`;

/** The codes of API Gateway's own errors, each with its status or family of statuses. */
const GATEWAY_CODES = Object.entries(errorDocuments(STACK, "*")).map(
  ([type, { statusCode, responseTemplates }]) => {
    const code = /"code":"(\w+)"/.exec(Object.values(responseTemplates).join())![1]!;
    const status = statusCode ?? type.replace("DEFAULT_", "");
    return { code, status, isOfPath: type !== "MISSING_AUTHENTICATION_TOKEN" };
  },
);

const reference = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const json = (schema: object) => ({ "application/json": { schema } });

/** A text that is accepted as a field. No pattern can count bytes: a text of other characters has fewer of them. */
const parameterSchema = (field: Field) => ({
  type: "string",
  minLength: 1,
  maxLength: FIELDS[field].maxBytes,
  pattern: "^[^\\p{Cc}\\p{Surrogate}\\uFFFD]+$",
  description: `At most ${FIELDS[field].maxBytes} bytes of UTF-8, well-formed, without control characters.`,
});

const parameter = (field: Field) => ({
  name: field,
  in: "query",
  required: true,
  schema: parameterSchema(field),
  example: `an ${FIELDS[field].label}`.replace(/^an (?![aeio])/i, "a "),
});

const COMMON_HEADERS = { "Access-Control-Allow-Origin": reference("headers", "Access-Control-Allow-Origin") };
const GOOD_HEADERS = { ...COMMON_HEADERS, "Server-Timing": reference("headers", "Server-Timing") };
const PASSING_HEADERS = { ...COMMON_HEADERS, "Retry-After": reference("headers", "Retry-After") };

function errorAnswer(code: string, status: string | number, text: string) {
  const headers = status === ERRORS.unavailable || code === "throttled" ? PASSING_HEADERS : COMMON_HEADERS;
  const description = `\`${code}\`: ${text}`;
  return [status, { description, headers, content: json(reference("schemas", "Error")) }] as const;
}

const errorAnswers = (errors: Partial<Record<Code, string>>) =>
  Object.entries(errors).map(([code, text]) => errorAnswer(code, ERRORS[code as Code], text));

/** What every method may answer, by status. */
const COMMON_ANSWERS = Object.fromEntries([
  ...errorAnswers(COMMON),
  ...GATEWAY_CODES.filter(({ isOfPath }) => isOfPath).map(({ code, status }) =>
    errorAnswer(code, status, "by API Gateway itself."),
  ),
]);

function operation(verb: string) {
  const { summary, answers, schema, errors } = OPERATIONS[verb] ?? UNDESCRIBED;
  const good = Object.entries(answers).map(([status, description]) => [
    status,
    { description, headers: GOOD_HEADERS, content: json(schema ?? reference("schemas", "Item")) },
  ]);
  const own = [...good, ...errorAnswers(errors)];
  const common = Object.keys(COMMON_ANSWERS).map(status => [status, reference("responses", status)]);
  return {
    operationId: verb.toLowerCase(),
    summary,
    parameters: (METHODS.get(verb)?.fields ?? []).map(field => reference("parameters", field)),
    responses:
      verb === "HEAD"
        ? withoutBodies({ ...Object.fromEntries(own), ...COMMON_ANSWERS })
        : Object.fromEntries([...own, ...common]),
  };
}

const withoutBodies = (answers: Record<string, { content: object }>) =>
  Object.fromEntries(Object.entries(answers).map(([status, { content, ...rest }]) => [status, rest]));

const preflight = {
  operationId: "preflight",
  summary: "What a browser asks before a request that is not a simple one. API Gateway answers it.",
  responses: { 204: { description: "What is allowed.", headers: COMMON_HEADERS } },
};

/** Every error code and its status. */
const CODES = [...Object.entries(ERRORS), ...GATEWAY_CODES.map(({ code, status }) => [code, status])];
const codeSchemas = [...new Set(CODES.map(([code]) => code))].map(code => {
  const statuses = CODES.filter(([one]) => one === code).map(([, status]) => `${status}`);
  return { const: code, description: `Status ${[...new Set(statuses)].join(" or ")}.` };
});

const text = (description: string) => ({ type: "string", description });
const fieldSchema = { enum: FIELD_NAMES };
const problemSchema = {
  type: "object",
  required: ["field", "message"],
  additionalProperties: false,
  properties: { field: fieldSchema, message: text("For the person who typed it.") },
};

const schemas = {
  Item: {
    type: "object",
    required: FIELD_NAMES,
    additionalProperties: false,
    properties: Object.fromEntries(FIELD_NAMES.map(field => [field, text("Byte for byte as it was sent.")])),
  },
  Error: {
    type: "object",
    required: ["error"],
    additionalProperties: false,
    properties: {
      error: {
        type: "object",
        required: ["code", "message"],
        additionalProperties: false,
        properties: {
          code: reference("schemas", "ErrorCode"),
          message: text("For a person to read."),
          field: fieldSchema,
          problems: { type: "array", items: problemSchema },
          held: reference("schemas", "Item"),
          requestId: text("What leads to the line in the log."),
        },
      },
    },
  },
  ErrorCode: { oneOf: codeSchemas },
};

const header = (description: string) => ({ description, schema: { type: "string" } });

/** The whole document. */
export const openapi = {
  openapi: "3.1.0",
  info: {
    title: "DynamoSync",
    version: manifest.version,
    license: { name: "MIT", identifier: "MIT" },
    description: [
      `Parameters stand in the query string; a body is not read. On ${PATH} another method is answered with 405`,
      "and Allow, another path with 404, each with an Error. Two answers come before API Gateway knows whose API is",
      'asked, and are `{"message": ..}` without CORS headers: 403 where there is no such API or stage, and 414 for a',
      "request line that is too long.",
    ].join(" "),
  },
  servers: [
    {
      url: `https://{api}.execute-api.{region}.amazonaws.com/${STACK.api.stageName}`,
      variables: { api: { default: "0123456789" }, region: { default: "us-east-1" } },
    },
  ],
  security: [],
  paths: {
    [PATH]: {
      ...Object.fromEntries(STACK.api.methods.map(verb => [verb.toLowerCase(), operation(verb)])),
      options: preflight,
    },
  },
  components: {
    parameters: Object.fromEntries(FIELD_NAMES.map(field => [field, parameter(field)])),
    responses: COMMON_ANSWERS,
    schemas,
    headers: {
      "Access-Control-Allow-Origin": header("The page's origin."),
      "Retry-After": header("Seconds to wait before the next attempt; API Gateway's own 5XX lack it."),
      "Server-Timing": header("How long the function took and, of that, the table: milliseconds."),
    },
  },
};

/** The document as its file holds it. */
export const written = `${JSON.stringify(openapi, null, 2)}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PLACE, written);
