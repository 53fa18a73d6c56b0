/** The whole pipeline: the deployed page, in a browser, on its API, its function and its table. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startAws } from "local-aws";
import type { Browser, Page } from "playwright-core";
import { deploy } from "../../ensure.ts";
import { launchBrowser, withoutBrowser } from "../shared/browser.ts";
import { HEADERS, STORED } from "../shared/caller.ts";
import { itemOf, VALUES } from "../shared/items.ts";

describe("the deployed page", { skip: withoutBrowser }, () => {
  let browser: Browser;
  let page: Page;
  let siteUrl: string;
  let apiUrl: string;
  let end: () => Promise<void>;

  before(async () => {
    const local = await startAws();
    Object.assign(process.env, local.environment);
    ({ siteUrl, apiUrl } = await deploy({ name: "pipeline", region: local.region }));
    browser = await launchBrowser();
    end = local.close;
  });
  after(async () => {
    await browser?.close();
    await end?.();
  });

  const says = (title: string) => page.getByRole("heading", { name: title, exact: true }).waitFor();
  const save = async (id: string, value: string) => {
    await page.fill("#id", id);
    for (const field of VALUES) await page.fill(`#${field}`, value);
    await page.click("#save");
  };

  test("comes from another origin than the API", () => {
    assert.notEqual(new URL(siteUrl).origin, new URL(apiUrl).origin);
  });

  test("stores an item, finds it after a reload, and replaces it when told so", async () => {
    page = await browser.newPage();
    await page.goto(siteUrl);
    await page.evaluate(stored => Object.assign(localStorage, stored), STORED);

    await save("café", "💾 + 100 % <b>");
    await says("Stored");
    await page.reload();
    await page.fill("#id", "café");
    await page.click("#look-up");
    await says("Found");

    assert.match((await page.locator("#outcome").textContent())!, /💾 \+ 100 % <b>/);
    await save("café", "another");
    await says("This ID holds another value");
    await page.getByRole("button", { name: "Replace it" }).click();
    await says("Replaced");
    const held = await fetch(`${apiUrl}?id=caf%C3%A9`, { headers: HEADERS });
    assert.deepEqual(await held.json(), itemOf("café", "another"));
  });

  test("shows what the API refuses, and stores nothing of it", async () => {
    page = await browser.newPage();
    await page.goto(siteUrl);

    await save("", "value");

    await says("Not sent");
    assert.equal(await page.locator("#id-problem").textContent(), "The ID is missing.");
  });
});
