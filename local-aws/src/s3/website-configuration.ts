/** What a bucket's website may be told to do, as S3 checks it. */
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html
import type { Redirect, RoutingRule, WebsiteConfiguration } from "@aws-sdk/client-s3";
import type { Given } from "../wire/operations.ts";
import { invalidArgument, invalidRequest, malformedXml } from "./errors.ts";
import type { Website } from "./state.ts";

const MAX_RULES = 50;

/** Refuses what is no website. */
export function checkedWebsite(configuration: Given<WebsiteConfiguration>): Website {
  const { IndexDocument, ErrorDocument, RedirectAllRequestsTo, RoutingRules } = configuration;
  if (RedirectAllRequestsTo) {
    checkRedirectAll(configuration);
    return { redirectAll: RedirectAllRequestsTo };
  }
  if (!IndexDocument)
    throw invalidArgument(
      "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
      "IndexDocument",
      "null",
    );
  const { Suffix: indexSuffix = "" } = IndexDocument;
  if (indexSuffix === "" || indexSuffix.includes("/"))
    throw invalidArgument("The IndexDocument Suffix is not well formed", "IndexDocument", indexSuffix);
  if (ErrorDocument && !ErrorDocument.Key) throw malformedXml();
  if (RoutingRules) checkRules(RoutingRules);
  return { indexSuffix, errorKey: ErrorDocument?.Key, rules: RoutingRules };
}

function checkRedirectAll({ RedirectAllRequestsTo, ...others }: Given<WebsiteConfiguration>): void {
  if (Object.values(others).some(Boolean))
    throw invalidArgument(
      "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
      "RedirectAllRequestsTo",
      "not null",
    );
  if (!RedirectAllRequestsTo?.HostName) throw malformedXml();
  checkProtocol(RedirectAllRequestsTo);
}

function checkRules(rules: RoutingRule[]): void {
  if (rules.length === 0) throw malformedXml();
  if (rules.length > MAX_RULES)
    throw invalidRequest(
      `${rules.length} routing rules provided, the number of routing rules in a website configuration is limited to ${MAX_RULES}.`,
    );
  for (const rule of rules) checkRule(rule);
}

function checkRule({ Condition, Redirect: redirect }: RoutingRule): void {
  const { KeyPrefixEquals, HttpErrorCodeReturnedEquals: error } = Condition ?? {};
  if (Condition && KeyPrefixEquals === undefined && error === undefined)
    throw invalidRequest(
      "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.",
    );
  if (error !== undefined && !/^[45]\d\d$/.test(error))
    throw invalidRequest(`The provided HTTP error code (${error}) is not valid. Valid codes are 4XX or 5XX.`);
  if (!redirect || Object.keys(redirect).length === 0) throw malformedXml();
  checkRedirect(redirect);
}

function checkRedirect(redirect: Redirect): void {
  const { HttpRedirectCode: code, ReplaceKeyWith, ReplaceKeyPrefixWith } = redirect;
  if (ReplaceKeyWith !== undefined && ReplaceKeyPrefixWith !== undefined)
    throw invalidRequest("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  if (code !== undefined && !/^3(0[1-9]|[1-9]\d)$/.test(code))
    throw invalidRequest(
      `The provided HTTP redirect code (${code}) is not valid. Valid codes are 3XX except 300.`,
    );
  checkProtocol(redirect);
}

function checkProtocol({ Protocol }: Pick<Redirect, "Protocol">): void {
  if (Protocol !== undefined && !["http", "https"].includes(Protocol))
    throw invalidRequest(
      "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
    );
}

/** A website as GetBucketWebsite shows it. */
export const shownWebsite = ({ indexSuffix, errorKey, redirectAll, rules }: Website) => ({
  RedirectAllRequestsTo: redirectAll && { ...redirectAll, HostName: redirectAll.HostName ?? "" },
  IndexDocument: indexSuffix === undefined ? undefined : { Suffix: indexSuffix },
  ErrorDocument: errorKey === undefined ? undefined : { Key: errorKey },
  RoutingRules: rules,
});
