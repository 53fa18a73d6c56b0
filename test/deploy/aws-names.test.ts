/** What AWS gets: deploy.ts without any endpoint of its own, led to the local AWS under AWS's names; then the page. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isRead } from "local-aws";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Deployed } from "../../ensure.ts";
import { launchBrowser, withoutBrowser } from "../shared/browser.ts";
import { STORED } from "../shared/caller.ts";
import { VALUES } from "../shared/items.ts";
import { runScript } from "../shared/run-script.ts";
import { startUnderItsNames, type UnderItsNames } from "../shared/under-aws-names.ts";

const REGION = "eu-central-1";
const NAME = "named";
const BUCKET = `${NAME}-000000000000-${REGION}`;
const SITE = `https://${BUCKET}.s3.${REGION}.amazonaws.com`;

let aws: UnderItsNames;
let deployed: Deployed;
before(async () => {
  aws = await startUnderItsNames(REGION);
  deployed = await deploy();
});
after(() => aws.close());

const deploy = () => aws.deploy(NAME);

describe("deployed under AWS's names", () => {
  test("the page and the API are HTTPS, the page below its bucket's own name", () => {
    assert.equal(deployed.siteUrl, `${SITE}/index.html`);
    assert.match(
      deployed.apiUrl,
      /^https:\/\/\w{10}\.execute-api\.eu-central-1\.amazonaws\.com\/prod\/items$/,
    );
  });

  test("the page is refused to whoever asks for it without TLS", async () => {
    const secure = await aws.ask(`${SITE}/index.html`);
    const plain = await aws.ask(`${SITE.replace("https", "http")}/index.html`);

    assert.equal(secure.status, 200);
    assert.equal(plain.status, 403);
    assert.match(plain.body, /AccessDenied/);
  });

  test("the website endpoint sends every request on to the page", async () => {
    const website = `http://${BUCKET}.s3-website.${REGION}.amazonaws.com`;

    for (const path of ["/", "/index.html", "/missing?a=b"]) {
      const { status, headers } = await aws.ask(website + path);
      assert.deepEqual([status, headers.location], [302, `${SITE}/index.html`]);
    }
  });

  test("the API answers the page's origin, and no other", async () => {
    const answerTo = (origin: string) => aws.ask(`${deployed.apiUrl}?id=nobody`, "GET", { origin });

    const page = await answerTo(SITE);
    const oldPage = await answerTo(`http://${BUCKET}.s3-website.${REGION}.amazonaws.com`);

    assert.equal(page.status, 404);
    assert.equal(page.headers["access-control-allow-origin"], SITE);
    assert.equal(oldPage.status, 403);
  });

  test("a second deploy writes nothing", async () => {
    aws.calls.length = 0;

    const { resources } = await deploy();

    assert.ok(resources.every(({ outcome }) => outcome === "unchanged"));
    assert.deepEqual(
      aws.calls.filter(({ operation }) => !isRead(operation)),
      [],
    );
  });
});

describe("the page under AWS's names, in a browser", { skip: withoutBrowser }, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  before(async () => {
    browser = await launchBrowser(aws.switches);
    context = await browser.newContext();
    page = await context.newPage();
    page.on("console", message => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    await page.goto(deployed.siteUrl);
    await page.evaluate(stored => Object.assign(localStorage, stored), STORED);
  });
  after(() => browser?.close());

  const says = (title: string) => page.getByRole("heading", { name: title, exact: true }).waitFor();
  const save = async (id: string, value: string) => {
    await page.fill("#id", id);
    for (const field of VALUES) await page.fill(`#${field}`, value);
    await page.click("#save");
  };

  test("is a secure context, and keeps to its content security policy", async () => {
    assert.equal(await page.evaluate(() => isSecureContext), true);
    assert.deepEqual(complaints, []);
  });

  test("stores an item, looks it up, and is told of a conflict", async () => {
    await save("café", "1");
    await says("Stored");
    await page.reload();
    await page.fill("#id", "café");
    await page.click("#look-up");
    await says("Found");
    await save("café", "2");
    await says("This ID holds another value");

    const expected = complaints.filter(text => !/status of 409/.test(text));
    assert.deepEqual(expected, []);
  });

  test("draws how long browser, API, function and table took", async () => {
    await save("timed", "1");
    await says("Stored");
    await page.locator("#times li").nth(3).waitFor({ state: "attached" });

    const bars = await page.locator("#times li").allTextContents();
    assert.deepEqual(
      bars.map(text => text.split(":")[0]),
      ["browser", "API", "function", "table"],
    );
  });

  test("is where the old http:// link leads to", async () => {
    const visitor = await context.newPage();

    await visitor.goto(`http://${BUCKET}.s3-website.${REGION}.amazonaws.com/`);

    assert.equal(visitor.url(), deployed.siteUrl);
  });
});

test("a teardown leaves nothing under AWS's names", async () => {
  const { code, stderr } = await runScript(
    "teardown.ts",
    ["--name", NAME, "--yes", "--on-aws"],
    aws.environment,
  );

  assert.equal(code, 0, stderr);
  const { keys, ...data } = aws.contents();
  assert.doesNotMatch(JSON.stringify(data), /named/);
});
