/** A stack of version 1.0, over plain HTTP, becomes one of today in place: deploy.ts runs under AWS's own names. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import { unzipSync, zipSync } from "fflate";
import { type Around, isRead } from "local-aws";
import { buildFunction } from "../../bundle/function.ts";
import { connect, identify } from "../../converge/aws.ts";
import { type Deployed, deploy } from "../../ensure.ts";
import { type Stack, stack } from "../../stack.ts";
import { itemOf, queryOf } from "../shared/items.ts";
import { startUnderItsNames } from "../shared/under-aws-names.ts";
import { becomeVersionOne, oldOrigin, withOldOrigin } from "../shared/version-one.ts";

const REGION = "eu-central-1";
const NAME = "aged";
const VERBS = ["POST", "GET", "PUT"] as const;

/** Which requests of a page work. */
type Works = Record<(typeof VERBS)[number], boolean>;

/** What two visitors find just before a call of the upgrade: one with the old page open, and one who reloads it. */
interface Visit {
  before: string;
  open: Works;
  reloaded: Works;
}

const visits: Visit[] = [];
let isWatched = false;
/** Whether AWS is still at work on how the API is reached: a quarter of an hour. */
let isUpdating = false;

/** One write of the upgrade after the other, each with a visit before it; what the function does is let through. */
let turn: Promise<unknown> = Promise.resolve();
const weather: Around = async ({ operation }, run) => {
  if (operation === "GetRestApis" && isUpdating) {
    const response = await run();
    return { ...response, body: String(response.body).replace("AVAILABLE", "UPDATING") };
  }
  const isOfFunction = /^(PutItem|PutLogEvents|CreateLogStream)$/.test(operation);
  if (!isWatched || isRead(operation) || isOfFunction) return run();
  // What is to come after it must wait for it, however long it takes.
  if (operation === "UpdateFunctionConfiguration") await pause(1000);
  const answered = turn.then(async () => {
    visits.push(await visit(operation));
    return run();
  });
  turn = answered.catch(() => {});
  return answered;
};

const aws = await startUnderItsNames(REGION, weather);
after(() => aws.close());
const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_EC2_METADATA_DISABLED } = aws.environment;
Object.assign(process.env, { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
Object.assign(process.env, { AWS_EC2_METADATA_DISABLED, AWS_ENDPOINT_URL: aws.endpoint });
const connected = connect(REGION);
let wanted: Stack;
let api: string;

async function deployVersionOne(): Promise<void> {
  wanted = stack({ name: NAME, region: REGION, ...(await identify(connected)) });
  const { "index.mjs": present } = unzipSync((await buildFunction()).zip);
  const zip = zipSync({ "index.mjs": Buffer.concat([present!, Buffer.from("// 1.0")]) });
  const sha256 = createHash("sha256").update(zip).digest("base64");
  const build = { code: async () => ({ zip, sha256 }), page: async () => "soon put anew" };
  const { apiUrl } = await deploy({
    name: NAME,
    region: REGION,
    aws: withOldOrigin(connected, wanted),
    build,
  });
  const [, id] = /execute-api\/(\w+)/.exec(apiUrl)!;
  api = `https://${id}.execute-api.${REGION}.amazonaws.com/prod/items`;
  await becomeVersionOne(connected.sdk, wanted, `<title>1.0</title><a href="${api}">API</a>`);
}

/** The present deploy, as somebody starts it. */
function upgrade(): Promise<Deployed> {
  aws.calls.length = 0;
  return aws.deploy(NAME);
}

const writes = () => aws.calls.map(({ operation }) => operation).filter(operation => !isRead(operation));

/** Opens the page by the link that people have had since 1.0; returns the origin that it is then read from. */
async function openByOldLink(): Promise<string> {
  const link = `${oldOrigin(wanted)}/`;
  const { status, headers } = await aws.ask(link);
  const led = status === 302 ? headers.location! : link;
  const page = await aws.ask(led);
  assert.equal(page.status, 200, led);
  return new URL(led).origin;
}

/** Whether a browser lets a page of this origin send each request, and read its answer. */
async function tryAll(origin: string, id: string): Promise<Works> {
  const readable = ({ headers }: { headers: object }) =>
    Object.entries(headers).some(
      ([name, value]) => name === "access-control-allow-origin" && value === origin,
    );
  const ask = async (method: string) => {
    const answer = await aws.ask(`${api}?${queryOf(itemOf(id, "kept"))}`, method, { origin });
    return answer.status < 300 && readable(answer);
  };
  const GET = await aws.ask(`${api}?id=old`, "GET", { origin });
  const preflight = await aws.ask(api, "OPTIONS", { origin, "access-control-request-method": "PUT" });
  const mayPut = preflight.status === 204 && readable(preflight);
  return {
    POST: await ask("POST"),
    GET: GET.status === 200 && readable(GET),
    PUT: mayPut && (await ask("PUT")),
  };
}

async function visit(operation: string): Promise<Visit> {
  const id = `visit-${visits.length}`;
  const open = await tryAll(oldOrigin(wanted), `${id}-open`);
  const reloaded = await tryAll(await openByOldLink(), `${id}-reloaded`);
  return { before: operation, open, reloaded };
}

const ALL_WORK: Works = { POST: true, GET: true, PUT: true };

describe("a stack of version 1.0 is upgraded by a deploy", () => {
  let upgraded: Deployed;
  before(async () => {
    await deployVersionOne();
    assert.deepEqual(await tryAll(await openByOldLink(), "old"), { ...ALL_WORK, GET: false });
    isWatched = true;
    upgraded = await upgrade();
    isWatched = false;
  });

  test("in place: nothing is created, and each thing that was otherwise is named", () => {
    const changed = upgraded.resources.filter(({ outcome }) => outcome !== "unchanged");

    assert.equal(upgraded.apiUrl, api);
    assert.deepEqual([...new Set(changed.map(({ outcome }) => outcome))], ["updated"]);
    const named = Object.fromEntries(
      changed.map(({ type, changes }) => [type, changes.map(({ setting }) => setting)]),
    );
    assert.deepEqual(named["REST API"], ["TLS"]);
    assert.deepEqual(named.website, ["redirect", "policy"]);
    assert.deepEqual(named.function, ["environment", "code (SHA-256)"]);
    assert.deepEqual(named.page, ["content (SHA-256)", "content encoding"]);
    assert.deepEqual(Object.keys(named).sort(), [
      "REST API",
      "function",
      "page",
      "routes",
      "stage",
      "website",
    ]);
  });

  test("the old link leads to the new page, on which all works, with all items", async () => {
    const origin = await openByOldLink();

    assert.equal(origin, new URL(upgraded.siteUrl).origin);
    assert.deepEqual(await tryAll(origin, "new"), ALL_WORK);
    for (const id of ["old", "visit-0-open", `visit-${visits.length - 1}-reloaded`])
      assert.equal((await aws.ask(`${api}?id=${id}`)).body, JSON.stringify(itemOf(id, "kept")));
  });

  test("a page that is open works until the function or a preflight answers the new one, and then a reload helps", () => {
    const at = (operation: string) => visits.findIndex(({ before }) => before === operation);
    const moved = at("UpdateFunctionConfiguration");
    const led = at("PutBucketWebsite");
    const preflighted = at("UpdateStage"); // at the same time as the function, so before or after it
    const without = (verb: keyof Works) =>
      visits.flatMap(({ open, reloaded }, index) => (open[verb] || reloaded[verb] ? [] : index));

    const order = visits.map(({ before }) => before).join(", ");
    assert.ok(visits.length > 15 && moved >= 0 && led > moved, order);
    for (const verb of ["POST", "GET"] as const)
      assert.ok(
        without(verb).every(index => index > moved && index <= led),
        `${verb}: ${without(verb)}`,
      );
    assert.ok(
      without("PUT").every(
        index => index > Math.min(moved, preflighted) && index <= Math.max(led, preflighted),
      ),
      `PUT: ${without("PUT")}`,
    );
    assert.deepEqual(visits.at(-1)?.reloaded, ALL_WORK);
  });

  test("the API asks for TLS 1.2 at once, and for the host in the handshake once AWS has made that so", async () => {
    const tls = async () => {
      const { items } = await connected.sdk.apigateway.send(new GetRestApisCommand({}));
      const { securityPolicy, endpointAccessMode } = items![0]!;
      return { securityPolicy, endpointAccessMode };
    };
    const first = await tls();
    isUpdating = true;
    await upgrade();
    const meanwhile = writes();
    isUpdating = false;
    const { resources } = await upgrade();
    const second = await tls();
    await upgrade();

    assert.deepEqual(first, { ...wanted.api.tls, endpointAccessMode: "BASIC" });
    assert.deepEqual(meanwhile, []);
    assert.deepEqual(second, wanted.api.tls);
    const changed = resources.filter(({ outcome }) => outcome !== "unchanged");
    assert.deepEqual(
      changed.map(({ type, changes }) => [type, changes.map(({ setting }) => setting)]),
      [
        ["REST API", ["TLS"]],
        ["stage", ["deployment"]], // it takes effect with a deployment only
      ],
    );
    assert.deepEqual(writes(), []);
  });
});
