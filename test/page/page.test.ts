import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, beforeEach, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { buildHtml, buildPage } from "../../bundle/page.ts";
import { FIELD_NAMES } from "../../item.ts";
import { withoutBrowser } from "../shared/browser.ts";
import { itemOf, queryOf } from "../shared/items.ts";
import { afterwards, hang, reply, send } from "./fake-api.ts";
import { type Form, fill, focused, outcome, press, save, startForm, typed } from "./form.ts";

// As long as they come: it is in the page twice.
const API_URL = "https://abcdefghij.execute-api.cn-northwest-1.amazonaws.com.cn/prod/items";

describe("the page, as a file", () => {
  const halves: [what: string, from: string, to: string, says: RegExp][] = [
    ["a field without its row", 'id="value"', 'id="other"', /index\.html has a row for "other"/],
    ["a field without its hint", 'id="value-hint"', "", /"value" and index\.html no id="value-hint"/],
    ["a field without its label", 'for="value"', "", /"value" and index\.html no for="value"/],
  ];
  for (const [what, from, to, says] of halves)
    test(`is not built of ${what}`, async () => {
      const html = await readFile(new URL("../../index.html", import.meta.url), "utf8");

      const building = buildHtml(API_URL, Promise.resolve(html.replace(from, to)));

      await assert.rejects(building, says);
    });

  test("fits into the first round trip of a connection, 14,336 bytes, headers included", async () => {
    const packed = await buildPage(API_URL);

    assert.ok(packed.length < 14_336 - 700, `${packed.length} bytes`);
  });

  test("is packed so that what unpacks it finds the page, and nothing of the time and the machine", async () => {
    const packed = Buffer.from(await buildPage(API_URL));

    const header = [...packed.subarray(0, 10)];
    assert.equal(gunzipSync(packed).toString(), await buildHtml(API_URL));
    assert.deepEqual(header, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3]);
  });

  test("is the same, byte for byte, wherever it is built", async () => {
    const here = process.cwd();

    const first = await buildPage(API_URL);
    process.chdir(tmpdir());
    const second = await buildPage(API_URL).finally(() => process.chdir(here));

    assert.deepEqual(second, first);
  });

  test("may connect to the API's origin and its own, and to nothing else", async () => {
    const page = await buildHtml(API_URL);

    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; /);
    assert.ok(policy.includes(`; connect-src ${new URL(API_URL).origin} 'self'; `));
    assert.doesNotMatch(policy, /unsafe|\*/);
  });

  test("keeps an API URL that holds patterns of String.replace", async () => {
    const page = await buildHtml("https://api.example/$&/$`/items");

    assert.ok(page.includes("https://api.example/$&/$`/items"));
  });

  test("is not built when its script would end the script element", async () => {
    const building = buildHtml("https://api.example/<!--/items");

    await assert.rejects(building, /Cannot put the page together because .* contains "<!--"/);
  });

  test("holds the names that a person wrote", async () => {
    const page = await buildHtml(API_URL);

    assert.ok(page.includes("function problemWith(field, text)"));
  });
});

describe("the page says what the API answered", { skip: withoutBrowser }, () => {
  let form: Form;
  before(async () => {
    form = await startForm();
  });
  beforeEach(() => form.reset());
  after(() => form?.close());

  test("201: the item is stored, by one request without a preflight", async () => {
    const page = await form.open();

    await save(page, "a", "b", "Stored");

    assert.deepEqual(form.api.requests, [`POST /prod/items?${queryOf(itemOf("a", "b"))}`]);
  });

  test("200: the same item was there already", async () => {
    form.api.items.set("a", itemOf("a", "b"));
    const page = await form.open();

    const said = await save(page, "a", "b", "Already stored");

    assert.equal(said, "The same item was there before. Nothing has changed.");
  });

  test("409: nothing was overwritten, until the person says so", async () => {
    form.api.items.set("a", itemOf("a", "old"));
    const page = await form.open();

    const said = await save(page, "a", "new", "This ID holds another value");
    const shown = await page.locator("#outcome dd").allTextContents();
    const untilThen = form.api.items.get("a");
    await press(page, "Replace it");

    await outcome(page, "Replaced");
    assert.equal(said, "Nothing was overwritten. This is there:,This would replace it:");
    assert.deepEqual(shown, [itemOf("a", "old"), itemOf("a", "new")].flatMap(Object.values));
    assert.deepEqual(untilThen, itemOf("a", "old"));
    assert.deepEqual(form.api.items.get("a"), itemOf("a", "new"));
  });

  test("409: what replaces is what was submitted, not what was typed since", async () => {
    form.api.items.set("a", itemOf("a", "old"));
    const page = await form.open();
    await save(page, "a", "submitted", "This ID holds another value");

    await fill(page, "other", "typed since");
    await press(page, "Replace it");

    await outcome(page, "Replaced");
    assert.deepEqual([...form.api.items], [["a", itemOf("a", "submitted")]]);
  });

  test("201 to a replacement: the item had gone meanwhile, and is stored", async () => {
    form.api.items.set("a", itemOf("a", "old"));
    const page = await form.open();
    await save(page, "a", "new", "This ID holds another value");

    form.api.items.clear();
    await press(page, "Replace it");

    await outcome(page, "Stored");
  });

  test("409 that does not tell what is there: it can be replaced all the same", async () => {
    form.api.items.set("a", itemOf("a", "old"));
    form.api.will(
      reply(409, { error: { code: "conflict", message: "Taken.", held: { id: "a", value: 1 } } }),
    );
    const page = await form.open();

    const said = await save(page, "a", "new", "This ID holds another value");
    await press(page, "Replace it");

    await outcome(page, "Replaced");
    assert.equal(said, "Nothing was overwritten. This would replace it:");
  });

  test("200 to a look-up: the item is shown, and fills the fields, ready to be changed", async () => {
    form.api.items.set("a", itemOf("a", "  kept  "));
    const page = await form.open();

    await fill(page, "a", "typed");
    await press(page, "Look up");

    await outcome(page, "Found");
    assert.equal(await page.locator("dd").last().textContent(), "  kept  ");
    assert.deepEqual(await typed(page), Object.values(itemOf("a", "  kept  ")));
  });

  test("200 to a look-up of an ID that is no longer typed: the fields are left alone", async () => {
    let answer = () => {};
    form.api.items.set("a", itemOf("a", "old"));
    form.api.will(afterwards(new Promise(resolve => (answer = resolve))));
    const page = await form.open();
    await fill(page, "a", "");
    await press(page, "Look up");

    await fill(page, "other", "typed since");
    answer();

    await outcome(page, "Found");
    assert.deepEqual(await typed(page), Object.values(itemOf("other", "typed since")));
  });

  test("a long text is folded: its beginning and its size are shown, the rest when asked for", async () => {
    const page = await form.open();

    await save(page, "a", "long ".repeat(60), "Stored");
    const fold = page.locator("dd details").last();
    const before = await page.getByRole("status").innerText();
    await fold.locator("summary").click();

    assert.match(before, /\blong long long l?o?n?… \(300 bytes\)/);
    assert.ok(before.length < 100 * FIELD_NAMES.length, before);
    assert.equal(await fold.locator("p").innerText(), "long ".repeat(60));
  });

  test("404: there is no such item", async () => {
    const page = await form.open();

    await fill(page, "a", "");
    await press(page, "Look up");

    await outcome(page, "No such item");
  });

  test("400: each problem stands beside its field, and the first field gets the focus", async () => {
    const problems = [
      { field: "value", message: "No such value today." },
      { field: "id", message: "No such ID today." },
    ];
    form.api.will(reply(400, { error: { code: "Invalid", message: "Two things are wrong.", problems } }));
    const page = await form.open();

    const said = await save(page, "a", "b", "Not accepted");

    assert.equal(said, "Two things are wrong.");
    assert.equal(await page.locator("#id-problem").textContent(), "No such ID today.");
    assert.equal(await page.locator("#value-problem").textContent(), "No such value today.");
    assert.equal(await focused(page), "id");
  });

  test("400 with one field and no list: the message stands beside that field", async () => {
    form.api.will(reply(400, { error: { code: "Invalid", message: "Not this one.", field: "value" } }));
    const page = await form.open();

    await save(page, "a", "b", "Not accepted");

    assert.equal(await page.locator("#value-problem").textContent(), "Not this one.");
  });

  test("403: it was refused, and can be tried again", async () => {
    form.api.will(reply(403, { error: { code: "Forbidden", message: "Another page may not." } }));
    const page = await form.open();
    const said = await save(page, "a", "b", "Refused");

    await press(page, "Try again");

    await outcome(page, "Stored");
    assert.equal(said, "Another page may not.");
  });

  test("and what went over the wire can be unfolded", async () => {
    const page = await form.open();
    await save(page, "a", "b", "Stored");

    await page.getByText("What went over the wire").click();

    const [request, answer] = ((await page.locator("pre").textContent()) ?? "").split("\n");
    assert.equal(request, `POST ${form.api.url}?${queryOf(itemOf("a", "b"))}`);
    assert.match(answer ?? "", /^201 after \d+ ms, request 0f1e2d3c-request$/);
  });

  test("and how long browser, API, function and table took, as text and as bars to scale", async () => {
    const page = await form.open();
    form.api.will((response, contract) => setTimeout(() => send(response, contract()), 50));
    await save(page, "a", "b", "Stored");

    await page.getByText("What went over the wire").click();

    const bars = await page
      .locator("#times li")
      .evaluateAll(all =>
        all.map(one => [one.textContent, Number.parseFloat(getComputedStyle(one, "::after").width)] as const),
      );
    const times = bars.map(([text]) => Number(/: ([\d.]+) ms$/.exec(text ?? "")?.[1]));
    const [whole = [0, 0]] = bars;
    assert.deepEqual(
      bars.map(([text]) => text?.split(":")[0]),
      ["browser", "API", "function", "table"],
    );
    assert.deepEqual(times.slice(2), [2.5, 1.5]);
    assert.ok(times[0]! >= times[1]! && times[1]! >= 50, times.join());
    for (const [index, [, width]] of bars.entries())
      assert.ok(
        Math.abs(width / Number(whole[1]) - times[index]! / times[0]!) < 0.02,
        `${width} of ${whole[1]}`,
      );
  });

  test("an answer that tells no times is drawn as the browser's alone", async () => {
    form.api.will((response, contract) => {
      for (const name of ["server-timing", "timing-allow-origin"]) response.removeHeader(name);
      send(response, contract());
    });
    const page = await form.open();
    await save(page, "a", "b", "Stored");

    const bars = await page.locator("#times li").allTextContents();

    assert.equal(bars.length, 1);
    assert.match(bars[0]!, /^browser: \d+\.\d ms$/);
  });

  test("and nothing of an earlier request is left there while the next is on its way", async () => {
    const page = await form.open();
    await save(page, "a", "b", "Stored");
    form.api.will(hang);

    await save(page, "a", "c", "Saving…");

    assert.equal(await page.locator("#trace").textContent(), "");
    assert.equal(await page.locator("#times li").count(), 0);
  });
});
