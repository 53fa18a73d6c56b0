/** Where a function's code is fetched: a URL that carries its own proof and is good for ten minutes, as S3's is on AWS. */
import { createHmac } from "node:crypto";
import { accountKey } from "../access/authorize.ts";
import type { Public } from "../aws.ts";
import type { WireResponse } from "../service.ts";
import type { World } from "../world.ts";
import { functionsIn, type LambdaFunction } from "./functions.ts";

const PREFIX = "/_aws/lambda/";
/** https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCodeLocation.html */
const SECONDS = 600;

/** The URL that GetFunction answers. */
export function codeUrl(world: World, fn: LambdaFunction): string {
  const expires = String(Math.floor(Date.now() / 1000) + SECONDS);
  const query = new URLSearchParams({ expires, signature: proof(world, pathOf(fn), expires) });
  return `${world.endpoint}${pathOf(fn)}?${query}`;
}

const pathOf = ({ region, name, codeSha256 }: LambdaFunction): string =>
  `${PREFIX}${region}/${name}/${Buffer.from(codeSha256).toString("base64url")}`;

/** Nobody makes it without the account's secret. */
const proof = (world: World, path: string, expires: string): string =>
  createHmac("sha256", accountKey(world).secret).update(`code\n${path}\n${expires}`).digest("hex");

/** Serves code to those who have its URL: whoever has not learns nothing, not even which functions there are. */
export const serveCode =
  (world: World): Public =>
  async ({ method, url }) => {
    if (!url.startsWith(PREFIX)) return undefined;
    const fn = method === "GET" ? meant(world, url) : undefined;
    return fn ? zipOf(fn) : REFUSED;
  };

/** The function of a URL, as long as its code is the one that the URL was made for. */
function meant(world: World, url: string): LambdaFunction | undefined {
  const [path = "", query] = url.split("?");
  const { expires = "", signature } = Object.fromEntries(new URLSearchParams(query));
  if (signature !== proof(world, path, expires) || Date.now() >= Number(expires) * 1000) return undefined;
  const [region = "", name = ""] = path.slice(PREFIX.length).split("/");
  const fn = functionsIn(world, region)[name];
  return fn && pathOf(fn) === path ? fn : undefined;
}

const zipOf = ({ zip }: LambdaFunction): WireResponse => ({
  status: 200,
  headers: { "content-type": "application/zip" },
  body: Buffer.from(zip, "base64"),
});

const REFUSED: WireResponse = {
  status: 403,
  headers: { "content-type": "application/xml" },
  body: "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
};
