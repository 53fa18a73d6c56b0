/** Requests made wrong in one place: another type, something missing, something that nobody knows. */
import type { SdkRequest } from "../src/in-process.ts";

/** Chooses a number below another. */
export type Choose = (below: number) => number;

const ODD = [
  "x",
  "",
  1,
  -1,
  1.5,
  1e300,
  true,
  null,
  [],
  {},
  ["x"],
  [null],
  { a: 1 },
  { a: [{}] },
  "\u0000",
  "9".repeat(40),
];

/** Changes one thing about a request. */
export function mutate(request: SdkRequest, choose: Choose): void {
  const places = [inBody, inBody, inBody, inQuery, inHeaders, inPath];
  places[choose(places.length)]!(request, choose);
}

function inBody(request: SdkRequest, choose: Choose): void {
  const body = textOf(request.body);
  if (body.startsWith("Action=")) request.body = changedForm(body, choose);
  else if (body.startsWith("<")) request.body = changedXml(body, choose);
  else if (isObject(body)) request.body = changedJson(body, choose);
  else request.body = ODD[choose(ODD.length)]?.toString();
}

/** Whether it is a document of JSON: what is invoked gets any bytes. */
function isObject(body: string): boolean {
  try {
    return body.startsWith("{") && typeof JSON.parse(body) === "object";
  } catch {
    return false;
  }
}

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? Buffer.from(body).toString() : String(body ?? "");
}

/** The objects and lists of a document, each with one of its keys. */
function spots(json: unknown): [holder: Record<string, unknown>, key: string][] {
  if (typeof json !== "object" || json === null) return [];
  const holder = json as Record<string, unknown>;
  return Object.keys(holder).flatMap(key => [[holder, key], ...spots(holder[key])]);
}

function changedJson(body: string, choose: Choose): string {
  const document = JSON.parse(body);
  const all = spots(document);
  const [holder, key] = all[choose(all.length + 1)] ?? [document, "Unknown"];
  const action = choose(6);
  if (action === 0) delete holder[key];
  else if (action === 1) return JSON.stringify(ODD[choose(ODD.length)]);
  else if (action === 2) return body.slice(0, choose(body.length));
  else holder[key] = ODD[choose(ODD.length)];
  return JSON.stringify(document);
}

function changedForm(body: string, choose: Choose): string {
  const pairs = [...new URLSearchParams(body)];
  const at = 2 + choose(pairs.length - 1);
  const [name = "Unknown", value = ""] = pairs[at] ?? [];
  const odd = String(ODD[choose(ODD.length)]);
  const changes: [string, string][][] = [
    [],
    [[name, odd]],
    [[`${name}.member.1`, value]],
    [[`${name}.entry.1.key`, odd]],
    [[name.replace(/\.[^.]+$/, ""), value]],
    [
      [name, value],
      [`${name}.1`, odd],
    ],
    [[name.replace(/\d+/, "x"), value]],
  ];
  pairs.splice(at, 1, ...changes[choose(changes.length)]!);
  return new URLSearchParams(pairs).toString();
}

function changedXml(body: string, choose: Choose): string {
  const tags = [...body.matchAll(/<(\w+)[^>]*>[^<]*/g)];
  const { 0: tag = "", index = 0 } = tags[choose(tags.length)] ?? {};
  const after = body.slice(index + tag.length);
  const changes = [
    tag + String(ODD[choose(ODD.length)]).replaceAll("\u0000", ""),
    `${tag}<Unknown/>`,
    `${tag.replace(/>.*/s, ">")}`,
    "",
    tag + tag,
    `<Other/>${tag}`,
  ];
  return body.slice(0, index) + changes[choose(changes.length)] + after;
}

const odd = (choose: Choose) => ["x", "", "-1", "9".repeat(30), "true", "a,b", "%"][choose(7)]!;

function inQuery(request: SdkRequest, choose: Choose): void {
  request.query ??= {};
  const names = Object.keys(request.query);
  const name = names[choose(names.length + 1)] ?? "unknown";
  if (choose(3) === 0) delete request.query[name];
  else request.query[name] = choose(3) === 0 ? [odd(choose), odd(choose)] : odd(choose);
}

function inHeaders(request: SdkRequest, choose: Choose): void {
  const names = Object.keys(request.headers).filter(
    name => !/^(host|content-length|authorization)$/i.test(name),
  );
  const name = names[choose(names.length + 1)] ?? "x-amz-unknown";
  if (choose(3) === 0) delete request.headers[name];
  else request.headers[name] = odd(choose);
}

function inPath(request: SdkRequest, choose: Choose): void {
  const segments = request.path.split("/");
  segments[choose(segments.length)] = ["x", "", "..", "%2F", "%E0%A4%A", "y".repeat(2000)][choose(6)]!;
  request.path = segments.join("/").replace(/^(?!\/)/, "/");
}
