import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { after, before, beforeEach, describe, test } from "node:test";
import { buildPage } from "../../bundle/page.ts";
import { withoutBrowser } from "../shared/browser.ts";
import { reply } from "./fake-api.ts";
import { type Form, fill, focused, outcome, press, save, startForm } from "./form.ts";

// As long as they come: it is in the page twice.
const API_URL = "https://abcdefghij.execute-api.cn-northwest-1.amazonaws.com.cn/prod/items";

describe("the page, as a file", () => {
  test("is smaller than 14,000 bytes", async () => {
    const page = await buildPage(API_URL);

    assert.ok(Buffer.byteLength(page) < 14_000, `${Buffer.byteLength(page)} bytes`);
  });

  test("is the same, byte for byte, wherever it is built", async () => {
    const here = process.cwd();

    const first = await buildPage(API_URL);
    process.chdir(tmpdir());
    const second = await buildPage(API_URL).finally(() => process.chdir(here));

    assert.equal(second, first);
  });

  test("may connect to the API's origin and to nothing else", async () => {
    const page = await buildPage(API_URL);

    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; /);
    assert.ok(policy.includes(`; connect-src ${new URL(API_URL).origin}; `));
    assert.doesNotMatch(policy, /unsafe|\*/);
  });

  test("keeps an API URL that holds patterns of String.replace", async () => {
    const page = await buildPage("https://api.example/$&/$`/items");

    assert.ok(page.includes("https://api.example/$&/$`/items"));
  });

  test("is not built when its script would end the script element", async () => {
    const building = buildPage("https://api.example/<!--/items");

    await assert.rejects(building, /Cannot put the page together because .* contains "<!--"/);
  });

  test("holds the names that a person wrote", async () => {
    const page = await buildPage(API_URL);

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

    assert.deepEqual(form.api.requests, ["POST /prod/items?id=a&value=b"]);
  });

  test("200: the same item was there already", async () => {
    form.api.items.set("a", "b");
    const page = await form.open();

    const said = await save(page, "a", "b", "Already stored");

    assert.equal(said, "The same item was there before. Nothing has changed.");
  });

  test("409: nothing was overwritten, until the person says so", async () => {
    form.api.items.set("a", "old");
    const page = await form.open();

    await save(page, "a", "new", "This ID holds another value");
    const untilThen = form.api.items.get("a");
    await press(page, "Replace it");

    await outcome(page, "Replaced");
    assert.equal(untilThen, "old");
    assert.equal(form.api.items.get("a"), "new");
  });

  test("409: what replaces is what was submitted, not what was typed since", async () => {
    form.api.items.set("a", "old");
    const page = await form.open();
    await save(page, "a", "submitted", "This ID holds another value");

    await fill(page, "other", "typed since");
    await press(page, "Replace it");

    await outcome(page, "Replaced");
    assert.deepEqual([...form.api.items], [["a", "submitted"]]);
  });

  test("201 to a replacement: the item had gone meanwhile, and is stored", async () => {
    form.api.items.set("a", "old");
    const page = await form.open();
    await save(page, "a", "new", "This ID holds another value");

    form.api.items.clear();
    await press(page, "Replace it");

    await outcome(page, "Stored");
  });

  test("200 to a look-up: the value is shown, and what was typed stays", async () => {
    form.api.items.set("a", "  kept  ");
    const page = await form.open();

    await fill(page, "a", "typed");
    await press(page, "Look up");

    await outcome(page, "Found");
    assert.equal(await page.locator("dd").last().textContent(), "  kept  ");
    assert.equal(await page.getByLabel("Value").inputValue(), "typed");
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
    assert.equal(request, `POST ${form.api.url}?id=a&value=b`);
    assert.match(answer ?? "", /^201 after \d+ ms, request 0f1e2d3c-request$/);
  });
});
