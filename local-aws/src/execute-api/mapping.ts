/**
 * API Gateway's mapping expressions and templates, as far as they stand still: literal values and `$context`
 * variables. The rest of the template language (VTL) is refused by name when it is configured.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
 */
import { notImplemented } from "../service.ts";

/** The values of `$context` variables, by their names without the prefix. */
export type Variables = Record<string, string>;

/** The `$context` variables that templates and mappings may name. */
const KNOWN = [
  "apiId",
  "error.message",
  "error.messageString",
  "error.responseType",
  "extendedRequestId",
  "httpMethod",
  "path",
  "requestId",
  "resourcePath",
  "stage",
];

const VARIABLE = /\$context\.([a-zA-Z]+(?:\.[a-zA-Z]+)*)/g;

/** Refuses templates that hold more than text and `$context` variables. */
export function checkTemplates(templates: Record<string, string> = {}): void {
  for (const template of Object.values(templates)) {
    for (const [, name = ""] of template.matchAll(VARIABLE)) checkVariable(name);
    const odd = /[$#][!{]?[a-zA-Z#*]\w*/.exec(template.replace(VARIABLE, ""));
    if (odd) throw notImplemented(`${odd[0]} in mapping templates`);
  }
}

/** Refuses a mapping that is neither a literal nor a `context` variable. */
export function checkMapping(source: string): void {
  if (/^'[^']*'$/.test(source)) return;
  if (!source.startsWith("context.")) throw notImplemented(`the mapping expression ${source}`);
  checkVariable(source.slice("context.".length));
}

function checkVariable(name: string): void {
  if (!KNOWN.includes(name)) throw notImplemented(`the variable context.${name} in mappings`);
}

/** A template's text with its variables filled in. */
export const renderTemplate = (template: string, variables: Variables): string =>
  template.replace(VARIABLE, (_, name: string) => variables[name] ?? "");

/** The value of a mapping expression. */
export const mapped = (source: string, variables: Variables): string =>
  source.startsWith("'") ? source.slice(1, -1) : (variables[source.slice("context.".length)] ?? "");
