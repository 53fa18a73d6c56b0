/** An API that keeps the HTTP contract, or does on one request what a test tells it to do. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FIELD_NAMES, type Item } from "../../item.ts";
import { each } from "../shared/items.ts";

/** What the API does with one request instead of answering by the contract. */
export type Step = (response: ServerResponse, contract: () => Reply) => void;

interface Reply {
  status: number;
  body: unknown;
}

export interface FakeApi {
  url: string;
  /** What the table would hold, by ID. */
  items: Map<string, Item>;
  /** Every request as it came: "POST /prod/items?id=a&value=b". */
  requests: string[];
  /** What to do with the next requests, in this order. */
  will(...steps: Step[]): void;
  /** Forgets items, requests and what to do. */
  reset(): void;
  close(): Promise<void>;
}

export interface Site {
  url: string;
  requests: string[];
  /** What it serves from now on: another page, or undefined for none. */
  serve(page: string | undefined): void;
  close(): Promise<void>;
}

/** Answers with this status, body and headers. */
export const reply =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Step =>
  response => {
    response.writeHead(status, headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

/** Breaks the connection before anything is stored. */
export const cut: Step = response => response.destroy();

/** Stores the item and breaks the connection instead of saying so. */
export const storeAndCut: Step = (response, contract) => {
  contract();
  response.destroy();
};

/** Never answers. */
export const hang: Step = () => {};

/** Answers by the contract, but only once told to. */
export const afterwards =
  (told: Promise<void>): Step =>
  (response, contract) =>
    told.then(() => send(response, contract()));

/** Starts an API, on an origin of its own, that lets any page in. */
export async function startFakeApi(): Promise<FakeApi> {
  const items = new Map<string, Item>();
  const requests: string[] = [];
  const steps: Step[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    setCorsHeaders(request, response);
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    const step = steps.shift();
    const contract = () => contractOf(items, request);
    if (step) step(response, contract);
    else send(response, contract());
  });
  return {
    url: `${await listen(server)}/prod/items`,
    items,
    requests,
    will: (...more) => steps.push(...more),
    reset() {
      items.clear();
      requests.length = 0;
      steps.length = 0;
    },
    close: () => close(server),
  };
}

/** Serves one page on an origin of its own, and counts what is asked of it. */
export async function startSite(page: string): Promise<Site> {
  let served: string | undefined = page;
  let changed = new Date("2026-10-25T01:30:00Z"); // half past two in Berlin, for the second time that night
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const status = served === undefined ? 404 : 200;
    response.setHeader("cache-control", "no-cache");
    response.setHeader("last-modified", changed.toUTCString());
    response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(served);
  });
  const serve = (other: string | undefined) => {
    served = other;
    changed = new Date(changed.getTime() + 60_000);
  };
  return { url: `${await listen(server)}/`, requests, serve, close: () => close(server) };
}

function contractOf(items: Map<string, Item>, { method, url }: IncomingMessage): Reply {
  const query = new URLSearchParams(url?.split("?")[1]);
  const item = each(field => query.get(field) ?? "");
  const held = items.get(item.id);
  const fails = (status: number, code: string, more = {}) => ({
    status,
    body: { error: { code, message: code, ...more } },
  });
  if (method === "GET") return held ? { status: 200, body: held } : fails(404, "not_found");
  if (method === "POST" && held && FIELD_NAMES.some(field => held[field] !== item[field]))
    return fails(409, "conflict", { held });
  items.set(item.id, item);
  return { status: held ? 200 : 201, body: item };
}

/** A connection each: a browser would silently repeat a request whose kept connection breaks. */
function setCorsHeaders({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader("connection", "close");
  response.setHeader("access-control-allow-origin", headers.origin ?? "null");
  response.setHeader("access-control-allow-methods", "GET,HEAD,POST,PUT");
  response.setHeader("access-control-expose-headers", "retry-after,server-timing,x-amzn-requestid");
  response.setHeader("timing-allow-origin", headers.origin ?? "null");
  response.setHeader("server-timing", "function;dur=2.5, table;dur=1.5");
  response.setHeader("x-amzn-requestid", "0f1e2d3c-request");
}

export function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
}
