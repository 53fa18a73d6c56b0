/** What the local AWS tells of each request: every part that decided, and why. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { type Aws, CLEAR, startAws, type Trace, Weather } from "local-aws";
import { connect } from "../../converge/aws.ts";
import { marksOf } from "../../dev/view/shown.ts";
import { deploy } from "../../ensure.ts";
import type { Item } from "../../item.ts";
import { HEADERS } from "../shared/caller.ts";
import { attributesOf, itemOf, queryOf } from "../shared/items.ts";

const weather = new Weather(() => 0);
let local: Aws;
let siteUrl: string;
let apiUrl: string;
let origin: string;

before(async () => {
  local = await startAws({ weather });
  Object.assign(process.env, local.environment);
  ({ siteUrl, apiUrl } = await deploy({ name: "traced", region: local.region }));
  origin = new URL(siteUrl).origin;
});
after(() => local.close());

/** The trace of a request that is sent as a page of the site would. */
async function traced(url: string, method = "GET", headers: Record<string, string> = {}): Promise<Trace> {
  const response = await fetch(url, { method, headers: { ...HEADERS, origin, ...headers } });
  await response.arrayBuffer();
  return local.traces.at(-1)!;
}

const urlOf = (item: Item) => `${apiUrl}?${queryOf(item)}`;
const partsOf = ({ spans }: Trace) => spans.map(({ part }) => part);
const spanOf = ({ spans }: Trace, part: string) => spans.find(span => span.part === part)!;
const brokenAt = ({ spans }: Trace) => marksOf(spans).broken;

describe("a request that goes well", () => {
  test("to store an item is told by every part that decides, in the order of their decisions", async () => {
    const trace = await traced(urlOf(itemOf("a", "1")), "POST");

    assert.deepEqual(partsOf(trace), [
      "browser",
      "api",
      "permission",
      "iam",
      "dynamodb",
      "logs",
      "lambda",
      "answer",
    ]);
    assert.equal(trace.status, 201);
    assert.equal(brokenAt(trace), undefined);
    assert.match(spanOf(trace, "browser").why, /^POST without a header of its own goes without asking/);
    assert.match(
      spanOf(trace, "api").why,
      /POST \/items of the stage prod, integration AWS_PROXY; \d+ tokens/,
    );
    assert.match(spanOf(trace, "permission").why, /^Statement ".+" allows lambda:InvokeFunction/);
    assert.match(spanOf(trace, "iam").why, /allows dynamodb:PutItem/);
    assert.match(spanOf(trace, "dynamodb").why, /attribute_not_exists\(id\).*holds: there was no item/);
    assert.match(spanOf(trace, "lambda").why, /; the function answered 201\.$/);
    assert.match(spanOf(trace, "answer").why, /^Access-Control-Allow-Origin: http.+ lets the page/);
  });

  test("shows the item before and after, its capacity, and the function's log line", async () => {
    const { spans } = await traced(urlOf(itemOf("a", "2")), "PUT");

    const { data } = spans.find(({ part }) => part === "dynamodb")!;
    assert.deepEqual(data?.before, attributesOf(itemOf("a", "1")));
    assert.deepEqual(data?.after, attributesOf(itemOf("a", "2")));
    assert.equal(data?.units, 1);
    assert.match(String(spans.find(({ part }) => part === "logs")!.data?.line), /"outcome":"replaced"/);
  });

  test("is timed: each part lies within the request", async () => {
    const { spans, ms } = await traced(`${apiUrl}?id=a`);

    for (const { part, at, ms: took } of spans) {
      assert.ok(at >= 0 && took >= 0, part);
      assert.ok(part === "answer" || at + took <= ms + 0.01, `${part}: ${at} + ${took} is after ${ms}`);
    }
  });

  test("for the page names the statement of the bucket's policy", async () => {
    const trace = await traced(siteUrl);

    assert.deepEqual(partsOf(trace), ["browser", "s3", "answer"]);
    assert.equal(trace.kind, "page");
    assert.match(spanOf(trace, "s3").why, /allows s3:GetObject/);
  });

  test("of another kind asks leave first, and the preflight says what made it so", async () => {
    const trace = await traced(apiUrl, "OPTIONS", { "access-control-request-method": "PUT" });

    assert.equal(trace.kind, "preflight");
    assert.deepEqual(partsOf(trace), ["browser", "api", "answer"]);
    assert.match(spanOf(trace, "browser").why, /PUT is no simple method/);
    assert.match(spanOf(trace, "api").why, /integration MOCK/);
  });

  test("of two at once keeps each its own calls", async () => {
    const store = (id: string) => fetch(urlOf(itemOf(id, id)), { method: "POST", headers: HEADERS });
    await Promise.all(["x", "y", "z"].map(store));

    for (const { url, spans } of local.traces.slice(-3)) {
      const [, id] = /id=(\w)/.exec(url)!;
      const items = spans.filter(({ part }) => part === "dynamodb");
      assert.deepEqual(
        items.map(({ data }) => data?.after),
        [attributesOf(itemOf(id!, id!))],
      );
    }
  });
});

describe("a request that is answered no, as it should be, broke nowhere", () => {
  test("a conflict is declined by the condition, with the item that is there", async () => {
    await traced(urlOf(itemOf("held", "1")), "POST");
    const trace = await traced(urlOf(itemOf("held", "2")), "POST");

    assert.equal(trace.status, 409);
    assert.equal(brokenAt(trace), undefined);
    assert.equal(spanOf(trace, "dynamodb").outcome, "declined");
    assert.deepEqual(spanOf(trace, "dynamodb").data?.before, attributesOf(itemOf("held", "1")));
  });

  test("an unknown item is declined by the function, in its words", async () => {
    const trace = await traced(`${apiUrl}?id=nobody`);

    assert.equal(brokenAt(trace), undefined);
    assert.equal(spanOf(trace, "lambda").outcome, "declined");
    assert.match(spanOf(trace, "lambda").why, /answered 404: .*There is no item with this ID/);
  });
});

describe("a request that does not go well is marked where it broke, with the cause", () => {
  test("a request of another origin at the function, and the browser keeps the answer", async () => {
    const trace = await traced(`${apiUrl}?id=a`, "GET", { origin: "https://elsewhere.example" });

    assert.equal(brokenAt(trace), "lambda");
    assert.match(spanOf(trace, "answer").why, /keeps it from the page of https:\/\/elsewhere.example/);
  });

  test("an unknown path at API Gateway, with the gateway response that worded it", async () => {
    const trace = await traced(`${apiUrl}/nowhere`);

    assert.equal(brokenAt(trace), "api");
    assert.match(
      spanOf(trace, "api").why,
      /has no GET at \/items\/nowhere.*MISSING_AUTHENTICATION_TOKEN answers 404/,
    );
  });

  test("throttling by the weather at API Gateway, and at the table", async () => {
    weather.set({ ...CLEAR, gateway: 1 });
    const atGateway = await traced(`${apiUrl}?id=a`);
    weather.set({ ...CLEAR, strangers: true });
    const atTable = await traced(`${apiUrl}?id=a`);
    weather.set(CLEAR);

    assert.equal(brokenAt(atGateway), "api");
    assert.match(spanOf(atGateway, "api").why, /no token left/);
    assert.equal(brokenAt(atTable), "dynamodb");
    assert.match(spanOf(atTable, "dynamodb").why, /UnrecognizedClientException/);
  });

  test("a role that may not write, at IAM, and names what does not fit", async () => {
    const { sdk } = connect(local.region);
    const document = {
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "dynamodb:GetItem", Resource: "*" },
    };
    const role = { RoleName: `traced-${local.region}`, PolicyName: "store-items" };
    await sdk.iam.send(new PutRolePolicyCommand({ ...role, PolicyDocument: JSON.stringify(document) }));

    const trace = await traced(urlOf(itemOf("new", "1")), "POST");

    assert.equal(brokenAt(trace), "iam");
    assert.match(spanOf(trace, "iam").why, /No statement allows dynamodb:PutItem.*Action "dynamodb:GetItem"/);
    assert.match(spanOf(trace, "logs").why, /No statement allows logs:/);
  });

  test("a handler that is not there, at Lambda", async () => {
    const settings = { FunctionName: "traced", Handler: "index.hander" };
    await new LambdaClient().send(new UpdateFunctionConfigurationCommand(settings));

    const trace = await traced(`${apiUrl}?id=a`);

    assert.equal(brokenAt(trace), "lambda");
    assert.match(spanOf(trace, "lambda").why, /Runtime.HandlerNotFound: index.hander is undefined/);
  });
});

test("none is told when none is to be kept", async t => {
  const silent = await startAws({ traces: 0 });
  t.after(() => silent.close());
  const told: Trace[] = [];
  silent.on("trace", trace => told.push(trace));

  const { status } = await fetch(`${silent.siteEndpoint}/nothing/index.html`);

  assert.equal(status, 404);
  assert.deepEqual([...told, ...silent.traces], []);
});

test("the latest 200 are kept", async () => {
  for (let request = 0; request < 205; request++) await fetch(`${apiUrl}/nowhere`);

  assert.equal(local.traces.length, 200);
});
