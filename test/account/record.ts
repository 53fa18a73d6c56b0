/** What AWS answers, call by call, to be compared with what the local AWS answers to the same suite. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { type Aws, around } from "../../converge/aws.ts";

/** One call: the members of its answer ("items[].name"), or the error that it ended with. */
export interface Observed {
  operation: string;
  error?: string;
  members: string[];
}

/** How long a command took. */
export interface Took {
  command: string;
  ms: number;
}

export interface Difference {
  operation: string;
  onAws: string;
  locally: string;
}

/** Notes every call of the clients in a file, a line each. */
export function observe(aws: Aws, file: string): void {
  around(aws, (service, operation, send) => async args => {
    const note = (seen: Omit<Observed, "operation">) =>
      append(file, { operation: `${service} ${operation}`, ...seen });
    try {
      const result = (await send(args)) as { output: object };
      note({ members: [...new Set(membersOf(result.output))] });
      return result;
    } catch (error) {
      note({ error: (error as Error).name, members: [] });
      throw error;
    }
  });
}

export const append = (file: string, line: Observed | Took) =>
  appendFileSync(file, `${JSON.stringify(line)}\n`);

/** What was noted in a file. */
export function read(file: string): { calls: Observed[]; times: Took[] } {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const notes: (Observed | Took)[] = lines.map(line => JSON.parse(line));
  return { calls: notes.filter(note => "operation" in note), times: notes.filter(note => "command" in note) };
}

/** The paths of all members that have a value. Streams, bytes and times count as one. */
function membersOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap(each => membersOf(each, `${path}[]`))];
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype)
    return [path];
  const inside = Object.entries(value)
    .filter(([name, member]) => member !== undefined && name !== "$metadata")
    .flatMap(([name, member]) => membersOf(member, path ? `${path}.${name}` : name));
  return path ? [path, ...inside] : inside;
}

/** What either answered that the other never did, operation by operation. */
export function differences(aws: Observed[], local: Observed[]): Difference[] {
  const operations = [...new Set([...aws, ...local].map(({ operation }) => operation))].sort();
  return operations.flatMap(operation => {
    const [there, here] = [aws, local].map(calls => calls.filter(call => call.operation === operation));
    return compare(operation, answersIn(there!), answersIn(here!));
  });
}

/** Every answer that an operation gave, as words for the report. */
function answersIn(calls: Observed[]): Set<string> {
  if (calls.length === 0) return new Set(["not called"]);
  const errors = calls.flatMap(({ error }) => (error ? [`error ${error}`] : []));
  return new Set([...errors, ...calls.flatMap(({ members }) => members)]);
}

function compare(operation: string, there: Set<string>, here: Set<string>): Difference[] {
  const onAws = only(there, here);
  const locally = only(here, there);
  if (onAws.length + locally.length === 0) return [];
  const words = (answers: string[]) => answers.map(answer => `\`${answer}\``).join(", ") || "–";
  return [{ operation, onAws: words(onAws), locally: words(locally) }];
}

/** What is in one alone; of a member and those inside of it, the outermost. */
function only(these: Set<string>, those: Set<string>): string[] {
  const found = [...these].filter(each => !those.has(each));
  const isInside = (one: string, other: string) =>
    one.startsWith(`${other}.`) || one.startsWith(`${other}[]`);
  return found.filter(one => !found.some(other => isInside(one, other))).sort();
}

/** The report as a table that an issue can hold. */
export const asTable = (rows: Difference[]): string =>
  [
    "| operation | only AWS answered | only the local AWS answered |",
    "|---|---|---|",
    ...rows.map(({ operation, onAws, locally }) => `| ${operation} | ${onAws} | ${locally} |`),
  ].join("\n");
