/**
 * Whether a stack is whole again, whoever repaired it and by whatever means: the pipeline is asked for what it
 * promises, and deploy whether anything is other than stack.ts says, a right too many among it.
 */
import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";
import { type Deployed, deploy } from "../../ensure.ts";
import { FIELD_NAMES } from "../../item.ts";
import type { Stand } from "./stand.ts";

/** What is still wrong, a line each; nothing when it is repaired. */
export async function problemsOf(stand: Stand): Promise<string[]> {
  const asked = [contractProblems(stand), pageProblems(stand), rightsProblems(stand), drift(stand)];
  return (await Promise.all(asked)).flat();
}

interface Wanted {
  method: string;
  query: string;
  statuses: number[];
}

const queryOf = (id: string, text: string) =>
  `?${FIELD_NAMES.map(field => `${field}=${field === "id" ? id : text}`).join("&")}`;

/** One item's life: 200 for 201 when a slow table was asked twice. And an error that API Gateway answers itself. */
const lifeOf = (id: string): Wanted[] => [
  { method: "POST", query: queryOf(id, "1"), statuses: [201, 200] },
  { method: "POST", query: queryOf(id, "2"), statuses: [409] },
  { method: "PUT", query: queryOf(id, "2"), statuses: [200] },
  { method: "GET", query: `?id=${id}`, statuses: [200] },
  { method: "OPTIONS", query: "", statuses: [204] },
  { method: "GET", query: "/nowhere", statuses: [404] },
];

async function contractProblems({ apiUrl, origin }: Stand): Promise<string[]> {
  const problems: string[] = [];
  for (const { method, query, statuses } of lifeOf(`lab-${Date.now()}`)) {
    const headers = {
      origin,
      ...(method === "OPTIONS" && { "access-control-request-method": "PUT" }),
    };
    const response = await fetch(apiUrl + query, { method, headers });
    await response.arrayBuffer();
    if (!statuses.includes(response.status))
      problems.push(`${method} answers ${response.status} instead of ${statuses[0]}.`);
    if (response.headers.get("access-control-allow-origin") !== origin)
      problems.push(`The page may not read what ${method} ${query.split("?")[0]} answers.`);
  }
  return problems;
}

async function pageProblems({ siteUrl, apiUrl }: Stand): Promise<string[]> {
  const response = await fetch(siteUrl, { headers: { "accept-encoding": "identity" } });
  const body = Buffer.from(await response.arrayBuffer());
  if (!response.ok) return [`The page answers ${response.status}.`];
  const html = body[0] === 0x1f ? gunzipSync(body).toString() : body.toString();
  return html.includes(apiUrl) ? [] : ["The page asks another API."];
}

/** A source may be changed to repair something; one that lets the role do everything is without drift, and no repair. */
const rightsProblems = ({ stack: { role } }: Stand): string[] =>
  role.statements
    .filter(({ actions, resource }) => resource === "*" || actions.some(action => action.includes("*")))
    .map(
      ({ actions, resource }) => `stack.ts lets the role do too much: ${actions.join(", ")} on ${resource}.`,
    );

async function drift({ stack, aws }: Stand): Promise<string[]> {
  const { resources } = await deploy({ name: stack.name, region: stack.region, aws, dryRun: true });
  return resources.flatMap(({ type, outcome, changes }) => {
    if (outcome === "unchanged") return [];
    if (changes.length === 0) return [`The ${type} would be ${outcome}.`];
    return changes
      .filter(change => !isByHand(type, change))
      .map(({ setting }) => `The ${type} differs from stack.ts: ${setting}.`);
  });
}

type Change = Deployed["resources"][number]["changes"][number];

/** What is as good when somebody made it by hand: a snapshot without deploy's digest, a statement of another name. */
const isByHand = (type: string, { setting, from, to }: Change): boolean =>
  (type === "stage" && setting === "deployment") ||
  (type === "permission" && isDeepStrictEqual(withoutIds(from), withoutIds(to)));

const withoutIds = (statements: unknown) =>
  JSON.parse(JSON.stringify(statements), (key, value) => (key === "Sid" ? undefined : value));
