import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { FIELD_NAMES } from "../../item.ts";
import { withoutBrowser } from "../shared/browser.ts";
import { itemOf } from "../shared/items.ts";
import { cut, hang, reply } from "./fake-api.ts";
import { type Form, fill, focused, outcome, press, save, startForm } from "./form.ts";

describe("the page, for everybody and against intruders", { skip: withoutBrowser }, () => {
  let form: Form;
  before(async () => {
    form = await startForm();
  });
  beforeEach(() => form.reset());
  after(() => form?.close());

  test("it can be used with the keyboard alone, and never loses the focus", async () => {
    form.api.items.set("a", itemOf("a", "old"));
    const page = await form.open();

    for (const text of Object.values(itemOf("a", "new"))) {
      await page.keyboard.press("Tab");
      await page.keyboard.type(text);
    }
    await page.keyboard.press("Enter");
    await outcome(page, "This ID holds another value");
    const afterSave = await focused(page);
    for (const _ of ["Save", "Look up", "Replace it"]) await page.keyboard.press("Tab");
    const onReplace = await focused(page);
    await page.keyboard.press("Space");
    await outcome(page, "Replaced");

    assert.equal(afterSave, FIELD_NAMES.at(-1));
    assert.equal(onReplace, "next");
    assert.equal(await focused(page), "outcome");
    assert.deepEqual(form.api.items.get("a"), itemOf("a", "new"));
  });

  test("a button that is tried again keeps the focus while it fails", async () => {
    const page = await form.open();
    form.api.will(reply(403), reply(403));
    await save(page, "a", "b", "Refused");

    await page.locator("#next").focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("form")?.ariaBusy === "false");

    await outcome(page, "Refused");
    assert.equal(await focused(page), "next");
  });

  test("the focus can be seen", async () => {
    const page = await form.open();

    for (const _ of [...FIELD_NAMES, "Save"]) await page.keyboard.press("Tab");

    const outline = await page.locator("#save").evaluate(button => getComputedStyle(button).outline);
    assert.match(outline, /solid 2px/);
  });

  test("outcomes are announced politely, in one live region that is there from the start", async () => {
    const page = await form.open();

    const regions = await page.locator("[role=status], [role=alert], [aria-live]").count();
    await save(page, "a", "b", "Stored");

    assert.equal(regions, 1);
    await page.getByRole("status").getByText("Stored").waitFor();
  });

  test("what can be pressed is at least 44 by 44 pixels", async () => {
    form.api.items.set("a", itemOf("a", "old"));
    const page = await form.open();
    await save(page, "a", "b", "This ID holds another value");

    const boxes = await page
      .locator("button, textarea, #wire summary")
      .evaluateAll(all =>
        all.map(one => one.getBoundingClientRect()).map(box => Math.min(box.width, box.height)),
      );

    assert.equal(boxes.length, 4 + FIELD_NAMES.length);
    assert.ok(Math.min(...boxes) >= 44, boxes.join());
  });

  test("nothing moves for those who asked for less motion", async () => {
    form.api.will(hang);
    const page = await form.open({ reducedMotion: "reduce" });

    await save(page, "a", "b", "Saving…");

    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });

  test("without JavaScript it says why it does not work", async () => {
    const page = await form.open({ javaScriptEnabled: false });

    const reason = page.locator("noscript p");

    assert.equal(await reason.isVisible(), true);
    assert.equal(await reason.textContent(), "This form needs JavaScript.");
  });

  const states: Record<string, (page: Page) => Promise<unknown>> = {
    empty: page => fill(page, "", ""),
    sending: page => {
      form.api.will(hang);
      return save(page, "a", "b", "Saving…");
    },
    stored: async page => {
      await save(page, "w".repeat(256), "w".repeat(500), "Stored");
      await page.getByText("What went over the wire").click();
      for (const fold of await page.locator("dd summary").all()) await fold.click();
    },
    conflict: page => {
      form.api.items.set("a", itemOf("a", "old"));
      return save(page, "a", "b", "This ID holds another value");
    },
    "long conflict": page => {
      form.api.items.set("a", itemOf("a", "o".repeat(500)));
      return save(page, "a", "n".repeat(500), "This ID holds another value");
    },
    "space around the ID, and a size near its limit": page => fill(page, ` ${"i".repeat(220)}`, "b"),
    "older than its API": async page => {
      form.api.will(cut);
      form.site.serve("newer");
      await save(page, "a", "b", "This page is older than its API: reload");
    },
    offline: async page => {
      await page.context().setOffline(true);
      await save(page, "a", "b", "You are offline");
    },
    "field errors": page => save(page, "", "v".repeat(3000), "Not sent"),
    "not found": async page => {
      await fill(page, "a", "");
      await press(page, "Look up");
      await outcome(page, "No such item");
    },
    "server error": page => {
      form.api.will(reply(503, {}, { "retry-after": "60" }));
      return save(page, "a", "b", "The API is busy");
    },
  };
  for (const [state, reach] of Object.entries(states))
    test(`axe finds nothing, light or dark, and nothing overflows 320 pixels: ${state}`, async () => {
      const page = await form.open({ viewport: { width: 320, height: 640 }, reducedMotion: "reduce" });
      await reach(page);

      const light = await violations(page);
      await page.emulateMedia({ colorScheme: "dark" });
      const dark = await violations(page);

      assert.deepEqual({ light, dark }, { light: [], dark: [] });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    });

  test("the site is asked for one file", async () => {
    const page = await form.open();

    await page.waitForLoadState("networkidle");

    assert.deepEqual(form.site.requests, ["GET /"]);
  });

  test("a script that is not its own does not run", async () => {
    const page = await form.open();

    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.intruder = true";
      document.body.append(script);
      return "intruder" in window;
    });

    assert.equal(ran, false);
  });

  test("another origin cannot be talked to", async () => {
    const page = await form.open();

    const violated = await page.evaluate(
      elsewhere => {
        fetch(elsewhere).catch(() => {});
        return new Promise(resolve => {
          document.onsecuritypolicyviolation = event => resolve(event.effectiveDirective);
          setTimeout(resolve, 2000, "nothing");
        });
      },
      form.site.url.replace("127.0.0.1", "localhost"),
    );

    assert.equal(violated, "connect-src");
    assert.equal(form.site.requests.length, 1);
  });

  test("the console stays empty while all goes well", async () => {
    const page = await form.open({});
    const lines: string[] = [];
    page.on("console", message => lines.push(message.text()));
    page.on("pageerror", error => lines.push(error.message));

    await page.reload();
    await save(page, "a", "b", "Stored");

    assert.deepEqual(lines, []);
  });
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(", ")}`);
}
