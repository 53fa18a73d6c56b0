import assert from "node:assert/strict";
import { test } from "node:test";
import {
  GetBucketWebsiteCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  type RoutingRule,
  type WebsiteConfiguration,
} from "@aws-sdk/client-s3";
import { ALL_OFF, Bucket, policy, putPolicy, setBlock, withBucket } from "./buckets.ts";
import { refused } from "./small-aws.ts";

const HOST = `${Bucket}.s3-website-eu-west-1.amazonaws.com`;

/** A bucket that blocks all public access, and a visitor of its website. */
async function withRules(rules: RoutingRule[] | undefined, more: Partial<WebsiteConfiguration> = {}) {
  const aws = await withBucket();
  const configure = (WebsiteConfiguration: WebsiteConfiguration) =>
    aws.s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
  await configure({ IndexDocument: { Suffix: "index.html" }, RoutingRules: rules, ...more });
  const visit = async (path: string, method = "GET") => {
    const { status, headers, body } = await aws.visit(path, { host: HOST }, method);
    return [status, headers.location ?? Buffer.from(body).toString()];
  };
  /** Makes an object public that says its own key. */
  const publish = async (Key: string) => {
    await setBlock(aws.s3, ALL_OFF);
    await putPolicy(aws.s3);
    await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  };
  return { ...aws, configure, visit, publish };
}

test("a rule without a condition sends every request on, whatever there is and however closed the bucket", async () => {
  const Redirect = {
    Protocol: "https",
    HostName: "example.org",
    ReplaceKeyWith: "index.html",
    HttpRedirectCode: "302",
  } as const;
  const { visit, publish } = await withRules([{ Redirect }]);
  const target = [302, "https://example.org/index.html"];

  const closed = [await visit("/"), await visit("/a/b?c=d"), await visit("/index.html", "HEAD")];
  await publish("index.html");
  const open = await visit("/index.html");
  const [posted] = await visit("/", "POST");

  for (const answer of [...closed, open]) assert.deepEqual(answer, target);
  assert.equal(posted, 405);
});

test("a rule's condition is the beginning of the key; the first rule that fits holds", async () => {
  const { visit, publish } = await withRules([
    { Condition: { KeyPrefixEquals: "old/" }, Redirect: { ReplaceKeyPrefixWith: "new/" } },
    { Condition: { KeyPrefixEquals: "old" }, Redirect: { HostName: "example.org" } },
  ]);
  await publish("page");

  assert.deepEqual(await visit("/old/a b"), [301, `http://${HOST}/new/a%20b`]);
  assert.deepEqual(await visit("/older"), [301, "http://example.org/older"]);
  assert.deepEqual(await visit("/page"), [200, "page"]);
});

test("a rule for an error holds only after the object could not be served, and before the error document", async () => {
  const rules = [
    {
      Condition: { HttpErrorCodeReturnedEquals: "403", KeyPrefixEquals: "img/" },
      Redirect: { ReplaceKeyPrefixWith: "resize?key=" },
    },
  ];
  const { visit, publish } = await withRules(rules, { ErrorDocument: { Key: "error" } });
  await publish("img/there");
  await publish("error");

  assert.deepEqual(await visit("/img/there"), [200, "img/there"]);
  assert.deepEqual(await visit("/img/gone"), [301, `http://${HOST}/resize?key=gone`]);
  assert.deepEqual(await visit("/gone"), [403, "error"]);
});

test("a website may redirect all its requests to another host", async () => {
  const { visit, configure, s3 } = await withRules(undefined);

  await configure({ RedirectAllRequestsTo: { HostName: "example.org", Protocol: "https" } });

  assert.deepEqual(await visit("/a/b"), [301, "https://example.org/a/b"]);
  const { IndexDocument, RedirectAllRequestsTo } = await s3.send(new GetBucketWebsiteCommand({ Bucket }));
  assert.equal(IndexDocument, undefined);
  assert.deepEqual(RedirectAllRequestsTo, { HostName: "example.org", Protocol: "https" });
});

test("a website's rules are kept as they were given", async () => {
  const rules: RoutingRule[] = [
    { Redirect: { HostName: "example.org", HttpRedirectCode: "307", Protocol: "http" } },
    { Condition: { KeyPrefixEquals: "a" }, Redirect: { ReplaceKeyWith: "b" } },
  ];
  const { s3 } = await withRules(rules);

  const { RoutingRules } = await s3.send(new GetBucketWebsiteCommand({ Bucket }));

  assert.deepEqual(RoutingRules, rules);
});

test("what is no website is refused in S3's words", async () => {
  const { configure, visit } = await withRules(undefined);
  const IndexDocument = { Suffix: "index.html" };
  const rule = (more: object): WebsiteConfiguration => ({
    IndexDocument,
    RoutingRules: [{ Redirect: { HostName: "example.org" }, ...more } as RoutingRule],
  });
  const redirect = (more: object) => rule({ Redirect: { HostName: "example.org", ...more } });
  const many = Array.from({ length: 51 }, () => ({ Redirect: { HostName: "example.org" } }));
  const RedirectAllRequestsTo = { HostName: "example.org" };
  const cases: [WebsiteConfiguration, string, RegExp][] = [
    [{}, "InvalidArgument", /IndexDocument Suffix must be provided/],
    [{ IndexDocument: { Suffix: "a/b" } }, "InvalidArgument", /not well formed/],
    [{ IndexDocument, RedirectAllRequestsTo }, "InvalidArgument", /in conjunction/],
    [{ RedirectAllRequestsTo: { HostName: "" } }, "MalformedXML", /./],
    [{ RedirectAllRequestsTo: { HostName: "a", Protocol: "ftp" as "http" } }, "InvalidRequest", /protocol/],
    [{ IndexDocument, RoutingRules: many }, "InvalidRequest", /^51 routing rules provided/],
    [rule({ Condition: {} }), "InvalidRequest", /Condition cannot be empty/],
    [rule({ Condition: { HttpErrorCodeReturnedEquals: "302" } }), "InvalidRequest", /error code \(302\)/],
    [rule({ Redirect: {} }), "MalformedXML", /./],
    [redirect({ HttpRedirectCode: "300" }), "InvalidRequest", /redirect code \(300\)/],
    [redirect({ ReplaceKeyWith: "a", ReplaceKeyPrefixWith: "b" }), "InvalidRequest", /but not both/],
    [redirect({ Protocol: "ftp" }), "InvalidRequest", /protocol can be http or https/],
  ];

  for (const [configuration, code, words] of cases) await refused(configure(configuration), code, 400, words);

  assert.equal((await visit("/"))[0], 403);
});

test("a website speaks plain HTTP: what the policy denies without TLS it serves to nobody, but it redirects", async () => {
  const { visit, publish, configure, s3 } = await withRules(undefined);
  await publish("page");
  const Deny = { Effect: "Deny", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } };
  const { Statement, ...document } = JSON.parse(policy());
  await putPolicy(
    s3,
    JSON.stringify({ ...document, Statement: [...Statement, { ...Statement[0], ...Deny }] }),
  );

  const refusal = await visit("/page");
  await configure({
    IndexDocument: { Suffix: "index.html" },
    RoutingRules: [{ Redirect: { Protocol: "https", HostName: "example.org" } }],
  });
  const sentOn = await visit("/page");

  assert.equal(refusal[0], 403);
  assert.deepEqual(sentOn, [301, "https://example.org/page"]);
});
