/** The view's server: on this machine only, and only for whoever has the URL that `npm start` printed. */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Aws, Weather } from "local-aws";
import { CLIMATES, FINE } from "./climates.ts";
import { Feed } from "./feed.ts";
import type { Shown } from "./shown.ts";

export interface View {
  /** Where it is, with the token without which nothing is answered. */
  url: string;
  /** Shows a deploy as far as it is; told again, it goes on. */
  showDeploy(deploy: Shown): void;
  close(): void;
}

/** What the view is of. */
export interface Watched {
  aws: Pick<Aws, "on">;
  weather: Weather;
  /** The form's URL, as soon as it is deployed. */
  siteUrl: () => string;
}

const HOST = "127.0.0.1";
/** Of the form's site, too: a browser may give a frame of another site no storage. */
const NAME = "localhost";

/** Serves the view on a free port. */
export async function serveView({ aws, weather, siteUrl }: Watched): Promise<View> {
  const token = randomBytes(18).toString("base64url");
  const feed = new Feed();
  aws.on("trace", trace => feed.add(trace));
  aws.on("call", ({ operation, status }) => {
    if (operation === "PutObject" && status === 200) feed.addPage(); // whoever deployed it, from wherever
  });
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, HOST, resolve));
  const origin = `http://${NAME}:${(server.address() as AddressInfo).port}`;
  server.unref(); // npm start does not live for it
  server.on("request", (request, response) => {
    const path = request.url?.split("?")[0] ?? "";
    const refusal = refusalOf(request, path, { origin, token });
    if (refusal) end(response, refusal, "");
    else answer(path.slice(token.length + 2), { request, response, feed, weather, siteUrl });
  });
  const close = () => closeAll(server, feed);
  return { url: `${origin}/${token}/`, showDeploy: deploy => feed.addDeploy(deploy), close };
}

function closeAll(server: Server, feed: Feed): void {
  feed.close();
  server.close();
  server.closeAllConnections();
}

interface Own {
  origin: string;
  token: string;
}

/**
 * Another name for this machine would be another page's (DNS rebinding), another origin another page, and whoever lacks
 * the token another program.
 */
function refusalOf(
  { headers, method }: IncomingMessage,
  path: string,
  { origin, token }: Own,
): number | undefined {
  if (`http://${headers.host}` !== origin) return 403;
  if ((headers.origin ?? origin) !== origin) return 403;
  if (method !== "GET" && headers.origin !== origin) return 403;
  const given = Buffer.from(path.split("/")[1] ?? "");
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? undefined : 404;
}

interface Exchange extends Pick<Watched, "weather" | "siteUrl"> {
  request: IncomingMessage;
  response: ServerResponse;
  feed: Feed;
}

function answer(path: string, exchange: Exchange): void {
  const { request, response } = exchange;
  const routes: Record<string, (exchange: Exchange) => void> = {
    "GET ": exchange => void sendPage(exchange).catch(error => end(response, 500, String(error))),
    "GET events": sendEvents,
    "POST weather": changeWeather,
  };
  const route = routes[`${request.method} ${path}`];
  if (route) route(exchange);
  else end(response, 404, "");
}

const HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** The page is built when it is first asked for: esbuild would take time from the start. */
async function sendPage({ response, siteUrl }: Exchange): Promise<void> {
  const { buildView } = await import("./build.ts");
  const { html, policy } = await buildView(siteUrl());
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy };
  end(response, 200, html, headers);
}

function sendEvents({ response, feed }: Exchange): void {
  response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
  const leave = feed.open(update => response.write(`data: ${JSON.stringify(update)}\n\n`));
  response.on("close", leave);
}

function changeWeather({ request, response, feed, weather }: Exchange): void {
  const name = new URL(request.url ?? "", `http://${HOST}`).searchParams.get("name") ?? FINE;
  const climate = Object.hasOwn(CLIMATES, name) ? CLIMATES[name] : undefined;
  if (climate) {
    weather.set(climate);
    feed.weather = name;
    feed.tell();
  }
  end(response, climate ? 204 : 404, "");
}

function end(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...HEADERS, ...headers }).end(body);
}
