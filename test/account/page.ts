/** The whole stack as its users see it: how long the commands take, and the page in a browser. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Deployed, deploy } from "../../ensure.ts";
import { teardown } from "../../remove.ts";
import { useAws } from "../deploy/fixture.ts";
import { launchBrowser, withoutBrowser } from "../shared/browser.ts";
import { append } from "./record.ts";

const { newName, region } = await useAws();
const options = { name: newName(), region };
const { SUITE_RECORD = "", SUITE_SWITCHES = "[]" } = process.env;

describe("a stack in its users' hands", () => {
  let deployed: Deployed;
  const time = <T extends { ms: number }>(command: string, done: T): T => {
    if (SUITE_RECORD) append(SUITE_RECORD, { command, ms: done.ms });
    return done;
  };

  before(async () => {
    deployed = time("first deploy", await deploy(options));
  });

  after(async () => {
    time("teardown", await teardown({ ...options, confirm: async () => true }));
  });

  test("is deployed again without a change", async () => {
    const { resources } = time("unchanged deploy", await deploy(options));

    assert.ok(resources.every(({ outcome }) => outcome === "unchanged"));
  });

  test("has a page that stores an item and finds it again", { skip: withoutBrowser }, async () => {
    const browser = await launchBrowser(JSON.parse(SUITE_SWITCHES));
    try {
      const page = await browser.newPage();
      const says = (title: string) => page.getByRole("heading", { name: title, exact: true }).waitFor();

      await page.goto(deployed.siteUrl);
      await page.fill("#id", "café");
      await page.fill("#value", "💾");
      await page.click("#save");
      await says("Stored");
      await page.reload();
      await page.fill("#id", "café");
      await page.click("#look-up");
      await says("Found");
    } finally {
      await browser.close();
    }
  });
});
