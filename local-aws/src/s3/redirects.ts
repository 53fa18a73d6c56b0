/** Where a website sends its visitors on. https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html */
import type { Redirect, RoutingRule } from "@aws-sdk/client-s3";
import type { WireRequest, WireResponse } from "../service.ts";
import type { Website } from "./state.ts";

/** The answer of a rule that holds before any object is looked at, so that no policy and no object is asked. */
export function redirected(website: Website, request: WireRequest, key: string): WireResponse | undefined {
  const { redirectAll, rules = [] } = website;
  if (redirectAll) return redirection(redirectAll, request, key);
  const rule = rules.find(
    ({ Condition }) => !Condition?.HttpErrorCodeReturnedEquals && starts(Condition, key),
  );
  return rule && follow(rule, request, key);
}

/** The answer of a rule for an error: it holds once the object could not be served. */
export function redirectedAfter(
  status: number,
  { rules = [] }: Website,
  request: WireRequest,
  key: string,
): WireResponse | undefined {
  const rule = rules.find(
    ({ Condition }) => Condition?.HttpErrorCodeReturnedEquals === String(status) && starts(Condition, key),
  );
  return rule && follow(rule, request, key);
}

const starts = (condition: RoutingRule["Condition"], key: string) =>
  key.startsWith(condition?.KeyPrefixEquals ?? "");

const follow = ({ Condition, Redirect: redirect = {} }: RoutingRule, request: WireRequest, key: string) =>
  redirection(redirect, request, key, Condition?.KeyPrefixEquals);

function redirection(redirect: Redirect, request: WireRequest, key: string, prefix = ""): WireResponse {
  const { HttpRedirectCode = "301", HostName = request.headers.host } = redirect;
  const { Protocol = request.tls ? "https" : "http" } = redirect;
  const location = `${Protocol}://${HostName}/${keyOf(redirect, key, prefix)}`;
  return { status: Number(HttpRedirectCode), headers: { location }, body: "" };
}

/** What replaces the key or a part of it goes into the address as it stands: it may hold a query. */
function keyOf({ ReplaceKeyWith, ReplaceKeyPrefixWith }: Redirect, key: string, prefix: string): string {
  if (ReplaceKeyWith !== undefined) return ReplaceKeyWith;
  if (ReplaceKeyPrefixWith === undefined) return encodeURI(key);
  return ReplaceKeyPrefixWith + encodeURI(key.slice(prefix.length));
}
