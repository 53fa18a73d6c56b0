import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { FIELD_NAMES, FIELDS } from "../../item.ts";
import { withoutBrowser } from "../shared/browser.ts";
import { each, itemOf, queryOf } from "../shared/items.ts";
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

  for (const field of FIELD_NAMES)
    test(`the size of the ${field} is told from 80 % on, in bytes, and marked when it is too large`, async () => {
      const { maxBytes } = FIELDS[field];
      const page = await form.open();
      const hint = page.locator(`#${field}-hint`);
      const says = async (text: string) => {
        await page.locator(`#${field}`).fill(text);
        return [await hint.textContent(), await hint.evaluate(one => one.classList.contains("over"))];
      };

      const below = await says("a".repeat(Math.ceil(maxBytes * 0.8) - 1));
      const from = await says("é".repeat(Math.ceil(maxBytes * 0.4)));
      const over = await says("a".repeat(maxBytes + 1));

      assert.deepEqual(below, ["", false]);
      assert.deepEqual(from, [`${2 * Math.ceil(maxBytes * 0.4)} of ${maxBytes} bytes`, false]);
      assert.deepEqual(over, [`${maxBytes + 1} of ${maxBytes} bytes`, true]);
    });

  for (const id of [" a", "a ", "\u00a0a", "a\ufeff"])
    test(`${JSON.stringify(id)}: the space around the ID is pointed out, and kept`, async () => {
      const page = await form.open();

      await fill(page, id, "b");
      const hint = await page.locator("#id-hint").textContent();
      await press(page, "Save");

      await outcome(page, "Stored");
      assert.equal(hint, "This ID begins or ends with a space.");
      assert.deepEqual([...form.api.items.keys()], [id]);
    });

  test("a space within an ID, or around a value, is nothing to point out", async () => {
    const page = await form.open();

    await fill(page, "a b", " b ");

    const hints = await page.locator(".row .hint").allTextContents();
    assert.equal(hints.join(""), "");
  });

  test("Enter in the ID looks it up while nothing else is typed, and saves otherwise", async () => {
    const page = await form.open();
    await fill(page, "a", "");

    await page.locator("#id").press("Enter");
    await outcome(page, "No such item");
    await fill(page, "a", "b");
    await page.locator("#id").press("Enter");
    await outcome(page, "Stored");

    assert.deepEqual(form.api.requests, [
      "GET /prod/items?id=a",
      `POST /prod/items?${queryOf(itemOf("a", "b"))}`,
    ]);
  });

  test("Enter in an empty value says that it is missing", async () => {
    const page = await form.open();
    await fill(page, "a", "");

    await page.locator("#value").press("Enter");

    await outcome(page, "Not sent");
    assert.deepEqual(form.api.requests, []);
  });

  test("where a field cannot grow by itself, it has the rows that a long text needs", async () => {
    const page = await form.open({});
    await page.addInitScript(() => {
      CSS.supports = () => false;
    });
    await page.reload();

    await fill(page, "a", "long ".repeat(60));

    const rows = await page
      .locator("textarea")
      .evaluateAll(all => all.map(one => (one as HTMLTextAreaElement).rows));
    assert.deepEqual(
      rows,
      FIELD_NAMES.map(field => (field === "id" ? 1 : 8)),
    );
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

      assert.deepEqual([...form.api.items.values()], [itemOf(text, text)]);
      assert.equal(await page.locator("dd").last().textContent(), text);
    });

  test("the longest item of three-byte characters is stored and found", async () => {
    const longest = each(field => "€".repeat(FIELDS[field].maxBytes / 3));
    const page = await form.open();

    for (const field of FIELD_NAMES) await page.locator(`#${field}`).fill(longest[field]);
    await press(page, "Save");

    await outcome(page, "Stored");
    assert.deepEqual([...form.api.items.values()], [longest]);
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
    assert.deepEqual(
      directions,
      FIELD_NAMES.flatMap(() => ["ltr", "rtl"]),
    );
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
    assert.deepEqual(form.api.requests, [`POST /prod/items?${queryOf(itemOf("a", "b"))}`]);
  });
});
