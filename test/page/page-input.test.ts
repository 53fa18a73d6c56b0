import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { withoutBrowser } from "../shared/browser.ts";
import { afterwards } from "./fake-api.ts";
import { type Form, fill, focused, outcome, press, save, startForm } from "./form.ts";

describe("the page and what is typed into it", { skip: withoutBrowser }, () => {
  let form: Form;
  before(async () => {
    form = await startForm();
  });
  beforeEach(() => form.reset());
  after(() => form?.close());

  const refused: [what: string, id: string, value: string, field: string, message: RegExp][] = [
    ["a missing ID", "", "b", "id", /missing/],
    ["a missing value", "a", "", "value", /missing/],
    ["a line break in an ID", "a\nb", "c", "id", /control character/],
    ["a tab in a value", "a", "b\tc", "value", /control character/],
    ["more bytes than fit", "a", "é".repeat(1025), "value", /2050 bytes; at most 2048/],
  ];
  for (const [what, id, value, field, message] of refused)
    test(`${what} is named beside its field, which gets the focus, and nothing is sent`, async () => {
      const page = await form.open();

      await save(page, id, value, "Not sent");

      assert.match((await page.locator(`#${field}-problem`).textContent()) ?? "", message);
      assert.equal(await page.locator(`#${field}`).getAttribute("aria-invalid"), "true");
      assert.equal(await focused(page), field);
      assert.deepEqual(form.api.requests, []);
    });

  test("half a surrogate pair is named beside its field, and nothing is sent", async () => {
    const page = await form.open();
    await fill(page, "a", "b");

    // Playwright's own protocol cannot carry it.
    await page.locator("#value").evaluate((value: HTMLTextAreaElement) => {
      value.value = "\ud83d";
    });
    await press(page, "Save");

    await outcome(page, "Not sent");
    assert.match((await page.locator("#value-problem").textContent()) ?? "", /well-formed/);
    assert.deepEqual(form.api.requests, []);
  });

  test("a pasted line break is not dropped without a word", async () => {
    const page = await form.open({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.evaluate(() => navigator.clipboard.writeText("two\nlines"));

    await page.getByLabel("ID", { exact: true }).press("ControlOrMeta+v");
    await press(page, "Save");

    await outcome(page, "Not sent");
    assert.match((await page.locator("#id-problem").textContent()) ?? "", /line break/);
  });

  test("a problem goes away when its field is edited", async () => {
    const page = await form.open();
    await save(page, "", "", "Not sent");

    await page.getByLabel("ID", { exact: true }).fill("a");

    assert.equal(await page.locator("#id-problem").textContent(), "");
    assert.equal(await page.locator("#id").getAttribute("aria-invalid"), "false");
    assert.equal(await page.locator("#value").getAttribute("aria-invalid"), "true");
  });

  test("sizes are counted in bytes while typing", async () => {
    const page = await form.open();

    await fill(page, "é", "👍🏽");

    assert.equal(await page.locator("#id-size").textContent(), "2 of 256 bytes");
    assert.equal(await page.locator("#value-size").textContent(), "8 of 2048 bytes");
  });

  test("a look-up sends no value, whatever the field holds", async () => {
    const page = await form.open();

    await fill(page, "a", "\t");
    await press(page, "Look up");

    await outcome(page, "No such item");
    assert.deepEqual(form.api.requests, ["GET /prod/items?id=a"]);
  });

  const texts = [
    "a+b c%20d&e=f#g?h/i\\j",
    "  spaces around  ",
    "𝒳 e\u0301 é \u202eabc\u2066 \u2028",
    "%",
    "$&`'\"",
  ];
  for (const text of texts)
    test(`${JSON.stringify(text)} arrives and comes back byte for byte`, async () => {
      const page = await form.open();
      await save(page, text, text, "Stored");

      await press(page, "Look up");
      await outcome(page, "Found");

      assert.deepEqual([...form.api.items], [[text, text]]);
      assert.equal(await page.locator("dd").last().textContent(), text);
    });

  test("the longest item of three-byte characters is stored and found", async () => {
    const [id, value] = ["€".repeat(85), "€".repeat(682)];
    const page = await form.open();

    await save(page, id, value, "Stored");

    assert.deepEqual([...form.api.items], [[id, value]]);
  });

  test("markup is shown as text", async () => {
    const markup = "<img src=x onerror=alert(1)><script>alert(1)</script>";
    const page = await form.open();

    await save(page, markup, markup, "Stored");

    assert.equal(await page.locator("dd").last().textContent(), markup);
    assert.equal(await page.locator("main img, main script").count(), 0);
  });

  test("a text from right to left runs in its own direction and leaves the rest alone", async () => {
    const page = await form.open();

    await save(page, "שלום", "مرحبا", "Stored");

    const directions = await page
      .locator("dt, dd")
      .evaluateAll(all => all.map(one => getComputedStyle(one).direction));
    assert.deepEqual(directions, ["ltr", "rtl", "ltr", "rtl"]);
  });

  test("one request is sent, however often buttons are pressed before its answer", async () => {
    let answer = () => {};
    form.api.will(afterwards(new Promise(resolve => (answer = resolve))));
    const page = await form.open();
    await fill(page, "a", "b");

    for (const _ of [1, 2, 3]) await page.getByLabel("Value").press("Enter");
    await press(page, "Save");
    await press(page, "Look up");
    const states = await page
      .locator("form, button")
      .evaluateAll(all => all.map(one => one.ariaBusy ?? one.ariaDisabled));
    answer();

    await outcome(page, "Stored");
    assert.deepEqual(states, ["true", "true", "true", "true"]);
    assert.equal(await page.locator("form").getAttribute("aria-busy"), "false");
    assert.deepEqual(form.api.requests, ["POST /prod/items?id=a&value=b"]);
  });
});
