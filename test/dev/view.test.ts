/** The view: each request's way with every decision, for whoever has its URL and for nobody else. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, beforeEach, describe, type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import axe from "axe-core";
import { CLEAR } from "local-aws";
import type { Page } from "playwright-core";
import { around, connect } from "../../converge/aws.ts";
import { lineOf, PLACES } from "../../dev/view/lines.ts";
import { serveView } from "../../dev/view/serve.ts";
import { withoutBrowser } from "../shared/browser.ts";
import { HEADERS, STORED } from "../shared/caller.ts";
import { attributesOf, itemOf, VALUES } from "../shared/items.ts";
import { ask, pictureOf, type Stage, stageView } from "./view-stage.ts";

const ALL = ["browser", "api", "permission", "lambda", "iam", "dynamodb", "logs", "answer"];

test("each decision has its line in the project's sources", () => {
  for (const [name, place] of Object.entries(PLACES))
    assert.match(lineOf(place) ?? "", /^[\w./]+:\d+$/, name);
});

describe("the view", { skip: withoutBrowser }, () => {
  let stage: Stage;
  let page: Page;
  before(async () => {
    stage = await stageView("viewed");
  });
  after(() => stage?.close());
  beforeEach(async () => {
    stage.weather.set(CLEAR);
    await page?.close();
    page = await stage.browser.newPage({ viewport: { width: 1280, height: 720 } });
    page.setDefaultTimeout(10_000);
    await page.goto(stage.view.url);
    await page.getByText("Live.").waitFor();
  });

  test("shows a deploy with its calls, each with the command that does the same", async () => {
    const row = page.locator("#list button", { hasText: "deploy viewed" });
    await row.click();
    await page.locator("[data-part=dynamodb]").click();

    const command = await page
      .locator("#detail article", { hasText: "CreateTable" })
      .locator("pre")
      .textContent();
    assert.match(command!, /aws dynamodb create-table/);
  });

  test("shows a deploy while it goes on, call by call", async () => {
    let letGo = () => {};
    const held = new Promise<void>(resolve => {
      letGo = resolve;
    });
    around(stage.clients, (service, _operation, send) => async args => {
      if (service === "S3") await held;
      return send(args);
    });

    const deploying = stage.redeploy();
    const row = page.locator("#list button[aria-current]", { hasText: "under way" });
    await row.waitFor();
    await page.locator("[data-part=lambda].passed").waitFor();
    const bucket = await page.locator("[data-part=s3]").getAttribute("class");
    const command = await page.locator("#detail pre").first().textContent();
    letGo();
    await deploying;
    await page.locator("[data-part=s3].passed").waitFor();
    await row.waitFor({ state: "detached" });

    assert.match(bucket!, /unused/);
    assert.match(command!, /^aws [a-z0-9]+ (get|list|describe)-/);
  });

  test("takes what deploy's own probes hear, that there is no such item, for an answer and no failure", async () => {
    const marks = page.locator("#list button", { hasText: "GET deploy-check" }).locator(".mark");

    const classes = await marks.evaluateAll(all => all.map(({ className }) => className));

    const expected = Object.keys(HEADERS).length > 0 ? "mark failed" : "mark declined"; // it sends none of them
    assert.deepEqual([...new Set(classes)], [expected]);
  });

  test("shows a save, a conflict, a replacement and a look-up with all hops", async () => {
    await ask(stage, itemOf("a", "1"));
    const saved = await pictureOf(page, "POST a 201");
    await ask(stage, itemOf("a", "2"));
    const conflict = await pictureOf(page, "POST a 409");
    await ask(stage, itemOf("a", "2"), "PUT");
    const replaced = await pictureOf(page, "PUT a 200");
    await ask(stage, { id: "a" }, "GET");
    const found = await pictureOf(page, "GET a 200");

    for (const { reached } of [saved, conflict, replaced, found]) assert.deepEqual(reached, ALL);
    for (const { broken } of [saved, conflict, replaced, found]) assert.equal(broken, undefined);
    assert.deepEqual(conflict.declined, ["lambda", "dynamodb"]);
    assert.match(conflict.detail, /attribute_not_exists\(id\).* does not hold/);
    assert.match(conflict.detail, new RegExp(`decided by ${lineOf(PLACES.store!)}`));
  });

  test("shows what a click on a hop asks for: the item before and after", async () => {
    await ask(stage, itemOf("seen", "1"));
    await pictureOf(page, "POST seen 201");

    await page.locator("[data-part=dynamodb]").click();
    await page.getByText("What it saw").click();

    const seen = JSON.parse((await page.locator("#detail pre").textContent())!);
    assert.deepEqual(seen.after, attributesOf(itemOf("seen", "1")));
  });

  test("is there without a reload, once it is answered", async t => {
    await page.evaluate(() => {
      const rowAt = new Promise<number>(resolve => {
        const seen = new MutationObserver(() => resolve(Date.now()));
        seen.observe(document.querySelector("#list")!, { childList: true });
      });
      Object.assign(window, { rowAt });
    });
    await ask(stage, itemOf("quick", "1"));

    await page.locator("#list button", { hasText: "quick" }).waitFor();

    const rowAt = await page.evaluate(() => (window as unknown as { rowAt?: Promise<number> }).rowAt);
    const { time, ms } = stage.aws.traces.at(-1)!;
    assert.ok(rowAt !== undefined, "the page was loaded anew");
    t.diagnostic(`in the page ${Math.round(rowAt - time - ms)} ms after the answer`);
  });

  test("keeps up with 50 requests a second: it samples, says so, and can be used meanwhile", async t => {
    await ask(stage, itemOf("calm", "1"));
    await pictureOf(page, "POST calm 201");

    const sent: Promise<Response>[] = [];
    const storm = setInterval(() => {
      // API Gateway answers these by itself: the rate holds on a slow machine, too.
      for (let more = 0; more < 10; more++)
        sent.push(fetch(`${stage.apiUrl}/nowhere?id=storm-${sent.length}`));
    }, 200);
    t.after(() => clearInterval(storm));
    await page.getByText(/Too many to show each: \d+ more were answered/).waitFor();
    await page.locator("#list button", { hasText: "storm" }).first().press("Enter");
    await page.locator("[data-part=browser]").click();
    await page.locator("#detail h2", { hasText: "Browser" }).waitFor();
    const chosen = await page.locator("#title").textContent();
    while (sent.length < 500) await setTimeout(100);
    clearInterval(storm);
    await Promise.all(sent);
    const stillChosen = await page.locator("#title").textContent();
    await page.getByRole("button", { name: "Follow the newest" }).click();
    await page.waitForFunction(title => document.querySelector("#title")?.textContent !== title, chosen);

    const skipped = Number(/\d+/.exec((await page.locator("#status").textContent())!));
    const rows = await page.locator("#list li").count();
    assert.equal(stillChosen, chosen);
    assert.ok(skipped > 0 && skipped < 500, `${skipped} skipped`);
    assert.ok(rows <= 200, `${rows} rows`);
  });

  test("fits a projector: no name touches its box, and the last time is in sight", async () => {
    stage.weather.set({ ...CLEAR, throttling: 1, only: "dynamodb" });
    await ask(stage, itemOf("projected", "1"));
    await pictureOf(page, "POST projected 503");

    const { tooWide, left } = await page.evaluate(() => {
      const { scrollHeight, clientHeight } = document.querySelector("main")!;
      const name = document.createRange();
      const tooWide = [...document.querySelectorAll<HTMLElement>(".hop")].filter(hop => {
        name.selectNodeContents(hop.querySelector("span > span")!);
        return name.getBoundingClientRect().width > hop.clientWidth - 6;
      });
      return { tooWide: tooWide.map(({ dataset }) => dataset.part), left: scrollHeight - clientHeight };
    });

    assert.deepEqual(tooWide, []);
    assert.equal(left, 0);
  });

  test("takes what comes from requests for text alone", async () => {
    await ask(stage, itemOf("<img src=x onerror=alert(1)>", "1"));
    await page.locator("#list button", { hasText: "<img" }).waitFor();

    assert.equal(await page.locator("img").count(), 0);
  });

  test("adds up what the session would have cost", async () => {
    const sum = Number((await page.locator("#sum").textContent())?.slice(1));

    assert.ok(sum > 0 && sum < 0.01, `${sum}`);
  });

  describe("has no barriers that axe finds, wide or narrow, light or dark", () => {
    const LOOKS = [
      { colorScheme: "light", width: 1280 },
      { colorScheme: "dark", width: 1280 },
      { colorScheme: "light", width: 360 },
      { colorScheme: "dark", width: 360 },
    ] as const;

    async function assertNoBarriers(looks: readonly (typeof LOOKS)[number][]): Promise<void> {
      // Past the policy, by the debugger: the page would not let a script in.
      await page.evaluate(axe.source);
      for (const { colorScheme, width } of looks) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 720 });
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run(),
        );
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);

        assert.deepEqual(
          violations.map(({ id }) => id),
          [],
          `${colorScheme}, ${width}`,
        );
        assert.ok(wide <= width, `${wide} pixels at ${width}`);
      }
    }

    test("with answers, a no and a failure", async () => {
      for (const value of ["1", "2"]) await ask(stage, itemOf("axe", value));
      stage.weather.set({ ...CLEAR, gateway: 1 });
      await ask(stage, itemOf("axe", "1"));
      await page.locator(".hop.broken").waitFor();

      await assertNoBarriers(LOOKS);
    });

    test("with what a part saw, and what it costs", async () => {
      await ask(stage, itemOf("open", "1"));
      await pictureOf(page, "POST open 201");
      await page.locator("[data-part=dynamodb]").click();
      await page.getByText("What it saw").click();
      await page.getByText("Cost on AWS").click();

      await assertNoBarriers([LOOKS[0], LOOKS[3]]);
    });

    test("with a deploy's commands", async () => {
      await stage.redeploy();
      await page.locator("#list button", { hasText: "deploy viewed" }).last().click();
      await page.locator("[data-part=api]").click();

      await assertNoBarriers([LOOKS[1], LOOKS[2]]);
    });

    test("before anything was asked for", async t => {
      const aws = { on: () => {} };
      const view = await serveView({ aws, weather: stage.weather, siteUrl: () => stage.siteUrl });
      t.after(() => view.close());
      await page.goto(view.url);
      await page.getByText("Nothing has been asked for yet").waitFor();

      await assertNoBarriers([LOOKS[0], LOOKS[3]]);
    });
  });

  test("moves nothing for whoever wants no motion", async () => {
    const moving = () => page.evaluate(() => document.getAnimations().length);
    await ask(stage, itemOf("moving", "1"));
    await pictureOf(page, "POST moving 201");
    const withMotion = await moving();
    await page.emulateMedia({ reducedMotion: "reduce" });
    await ask(stage, itemOf("still", "1"));
    await pictureOf(page, "POST still 201");

    assert.ok(withMotion > 0);
    assert.equal(await moving(), 0);
  });

  test("is used by keyboard alone", async () => {
    await ask(stage, itemOf("keys", "1"));
    await page.locator("#list button", { hasText: "keys" }).first().focus();
    await page.keyboard.press("Enter");
    await page.locator("[data-part=iam]").focus();
    await page.keyboard.press("Space");

    await page.locator("#detail h2", { hasText: "IAM" }).waitFor();
  });

  test("shows the form beside the picture, with what it stores, which draws its times in small", async () => {
    await page.getByRole("button", { name: "Form beside" }).click();

    const form = page.frameLocator("iframe");
    await form.locator("#id").fill("framed");
    await form.locator("#id").evaluate((_, stored) => Object.assign(localStorage, stored), STORED);
    for (const field of VALUES) await form.locator(`#${field}`).fill("1");
    await form.locator("#save").click();

    await page.locator("#list button", { hasText: "framed" }).first().waitFor(); // with a secret, after its preflight
    await form.locator("#times li").nth(3).waitFor({ state: "attached" });
    const bars = await form.locator("#times li").allTextContents();
    assert.deepEqual(
      bars.map(text => text.split(":")[0]),
      ["browser", "API", "function", "table"],
    );
  });

  /** Stores the form's page with another heading, until the test has ended. */
  async function changeForm(t: TestContext) {
    const { pathname } = new URL(stage.siteUrl);
    const [Bucket, Key] = pathname.slice(1).split("/");
    const html = await (await fetch(stage.siteUrl)).text();
    const Body = gzipSync(html.replace(/(<h1[^>]*>)[^<]*/, "$1Changed"));
    const served = { ContentType: "text/html; charset=utf-8", ContentEncoding: "gzip" };
    await connect(stage.aws.region).sdk.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...served }));
    t.after(stage.redeploy);
  }

  test("loads the form beside again when that has changed", async t => {
    await page.getByRole("button", { name: "Form beside" }).click();
    const form = page.frameLocator("iframe");
    await form.getByRole("heading", { name: "DynamoSync" }).waitFor();

    await changeForm(t);

    await form.getByRole("heading", { name: "Changed" }).waitFor();
    await page.getByText("The form has changed, and is loaded again beside.").waitFor();
  });

  test("says that the form has changed where it is not beside", async t => {
    await changeForm(t);

    await page.getByText("The form has changed: reload it where it is open.").waitFor();
  });

  test("is at most 30 kB, and its policy lets nobody else in", async () => {
    const response = await fetch(stage.view.url);

    const { length } = await response.text();
    assert.ok(length < 30_000, `${length} bytes`);
    const policy = response.headers.get("content-security-policy")!;
    assert.match(policy, /default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
  });

  test("answers nobody without its token, under another name, or of another origin", async () => {
    const { origin, pathname, port } = new URL(stage.view.url);
    const own = { origin, host: `localhost:${port}` };
    const wrongToken = `/${"a".repeat(pathname.length - 2)}/`;

    assert.equal(await statusOf(pathname, port, own), 200);
    assert.equal(await statusOf("/", port, own), 404);
    assert.equal(await statusOf(wrongToken, port, own), 404);
    assert.equal(await statusOf(pathname, port, { host: `127.0.0.1:${port}` }), 403);
    assert.equal(await statusOf(pathname, port, { host: "rebound.example" }), 403);
    assert.equal(await statusOf(`${pathname}events`, port, { ...own, origin: "https://other.example" }), 403);
    assert.equal(await statusOf(`${pathname}weather?name=slow`, port, { host: own.host }, "POST"), 403);
  });
});

/** The status of a request with any headers at all, which fetch would not send. */
function statusOf(
  path: string,
  port: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, response => {
      response.destroy();
      resolve(response.statusCode!);
    });
    sent.on("error", reject).end();
  });
}
