import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { withoutBrowser } from "../shared/browser.ts";
import { itemOf, queryOf } from "../shared/items.ts";
import { cut, hang, reply, storeAndCut } from "./fake-api.ts";
import {
  type Form,
  fill,
  openInHaste,
  openWithoutTime,
  outcome,
  press,
  save,
  startForm,
  typed,
} from "./form.ts";

const POST = `POST /prod/items?${queryOf(itemOf("a", "b"))}`;
const IN_DOUBT = /The item may or may not be stored; trying again is safe\.$/;

describe("the page on a bad network", { skip: withoutBrowser }, () => {
  let form: Form;
  before(async () => {
    form = await startForm();
  });
  beforeEach(() => form.reset());
  after(() => form?.close());

  test("cut off after the item was stored: it is stored once, and the person is told so", async () => {
    form.api.will(storeAndCut);
    const page = await openInHaste(form);

    const said = await save(page, "a", "b", "Stored");

    assert.equal(said, "The table holds exactly this item.");
    assert.deepEqual([...form.api.items], [["a", itemOf("a", "b")]]);
    assert.deepEqual(form.api.requests, [POST, POST]);
  });

  test("cut off after the item was replaced: it is replaced, and the person is told what is stored", async () => {
    form.api.items.set("a", itemOf("a", "old"));
    form.api.will(reply(409, { error: { message: "Taken." } }), storeAndCut);
    const page = await openInHaste(form);
    await save(page, "a", "b", "This ID holds another value");

    await press(page, "Replace it");

    assert.equal(await outcome(page, "Stored"), "The table holds exactly this item.");
    assert.deepEqual([...form.api.items], [["a", itemOf("a", "b")]]);
  });

  test("cut off each time: three attempts, then the doubt is said and what was typed is kept", async () => {
    form.api.will(cut, cut, cut);
    const page = await openInHaste(form);

    const said = await save(page, "a", "b", "No answer");

    assert.match(said, IN_DOUBT);
    assert.deepEqual(form.api.requests, [POST, POST, POST]);
    assert.deepEqual(await typed(page), Object.values(itemOf("a", "b")));
  });

  test("cut off while looking up: nothing was to be stored, so no doubt is raised", async () => {
    form.api.will(cut, cut, cut);
    const page = await openInHaste(form);
    await fill(page, "a", "");

    await press(page, "Look up");

    assert.doesNotMatch(await outcome(page, "No answer"), /stored/);
  });

  for (const status of [429, 500, 502, 503, 504])
    test(`${status} once: it is sent again, and stored`, async () => {
      form.api.will(reply(status));
      const page = await openInHaste(form);

      await save(page, "a", "b", "Stored");

      assert.deepEqual(form.api.requests, [POST, POST]);
    });

  test("500 each time: the API's words are shown, and trying again helps once it has recovered", async () => {
    const failed = reply(500, { error: { message: "Request 4711 failed." } });
    form.api.will(failed, failed, failed);
    const page = await openInHaste(form);
    const said = await save(page, "a", "b", "The API is in trouble");

    await press(page, "Try again");

    await outcome(page, "Stored");
    assert.match(said, /^Request 4711 failed\. /);
    assert.match(said, IN_DOUBT);
  });

  test("429 each time: nothing can have been stored, so no doubt is raised", async () => {
    form.api.will(reply(429), reply(429), reply(429));
    const page = await openInHaste(form);

    const said = await save(page, "a", "b", "The API is busy");

    assert.equal(said, "It answered 429.");
  });

  test("429 and then 200: the item was there already, since a refused attempt stores nothing", async () => {
    form.api.items.set("a", itemOf("a", "b"));
    form.api.will(reply(429));
    const page = await openInHaste(form);

    const said = await save(page, "a", "b", "Already stored");

    assert.equal(said, "The same item was there before. Nothing has changed.");
  });

  test("Retry-After is waited for, and the person is told meanwhile", async () => {
    form.api.will(reply(429, {}, { "retry-after": "7" }));
    const page = await openWithoutTime(form);

    const said = await save(page, "a", "b", "Trying again…");
    await page.clock.fastForward(6900);
    const tooEarly = form.api.requests.length;
    await page.clock.fastForward(200);
    await page.clock.resume();

    await outcome(page, "Stored");
    assert.equal(said, "It asks for a pause of 7 s.");
    assert.equal(tooEarly, 1);
  });

  test("a Retry-After too long to wait for is left to the person", async () => {
    form.api.will(reply(503, {}, { "retry-after": "60" }));
    const page = await openInHaste(form);

    const said = await save(page, "a", "b", "The API is busy");

    assert.match(said, /^It asks for a pause of 60 s\./);
    assert.deepEqual(form.api.requests, [POST]);
  });

  test("no answer within ten seconds: the attempt is given up, and sent again", async () => {
    form.api.will(hang);
    const page = await openWithoutTime(form);
    await save(page, "a", "b", "Saving…");

    await page.clock.fastForward(9900);
    const tooEarly = form.api.requests.length;
    await page.clock.fastForward(200);
    await page.clock.resume();

    await outcome(page, "Stored");
    assert.equal(tooEarly, 1);
    assert.deepEqual(form.api.requests, [POST, POST]);
  });

  const nonsense: [what: string, status: number, body: unknown][] = [
    ["HTML", 200, "<!doctype html><title>Sign in</title>"],
    ["null", 200, "null"],
    ["another item", 201, itemOf("a", "c")],
    ["an error that is none", 400, { error: { message: 7, problems: [null] } }],
  ];
  for (const [what, status, body] of nonsense)
    test(`${status} with ${what} is not taken for what it is not`, async () => {
      form.api.will(reply(status, body));
      const page = await openInHaste(form);

      const said = await save(page, "a", "b", "Unexpected answer");

      assert.match(said, new RegExp(`^It answered ${status}\\.`));
      assert.equal(IN_DOUBT.test(said), status < 400);
      await press(page, "Try again");
      await outcome(page, "Stored");
    });

  test("an API that is gone, and a newer page in this one's place: it says to reload, and does so", async () => {
    form.api.will(cut);
    const page = await openInHaste(form, {});
    form.site.serve("<!doctype html><title>Newer</title>");

    const said = await save(page, "a", "b", "This page is older than its API: reload");
    await press(page, "Reload");
    await page.waitForFunction(() => document.title === "Newer");

    assert.equal(said, "What you typed goes with it: copy it first.");
    assert.deepEqual(form.api.requests, [POST]);
  });

  test("a newer page in this one's place is told to who comes back, unless there is trouble to be read", async () => {
    const page = await openInHaste(form, { timezoneId: "Europe/Berlin" });
    const comeBack = () => page.evaluate(() => window.onfocus?.(new FocusEvent("focus")));

    await save(page, "a", "b", "Stored");
    await comeBack();
    await outcome(page, "Stored");
    form.site.serve("<!doctype html><title>Newer</title>");
    form.api.will(reply(400, { error: { message: "Refused" } }));
    await save(page, "a", "b", "Not accepted");
    await comeBack();
    await outcome(page, "Not accepted");
    await save(page, "a", "b", "Already stored");
    await comeBack();
    const said = await outcome(page, "This page has changed: reload");
    await press(page, "Reload");
    await page.waitForFunction(() => document.title === "Newer");

    assert.equal(said, "What you typed goes with it: copy it first.");
  });

  test("an API that is gone, and its page too: it says that there is no answer", async () => {
    form.api.will(cut, cut, cut);
    const page = await openInHaste(form);
    form.site.serve(undefined);

    await save(page, "a", "b", "No answer");

    assert.deepEqual(form.api.requests, [POST, POST, POST]);
  });

  test("without a network, but with an API of its own: it is not offline, and tries again", async () => {
    form.api.will(cut);
    const page = await openInHaste(form, {});
    await page.evaluate(() => Object.defineProperty(navigator, "onLine", { value: false }));

    await save(page, "a", "b", "Stored");

    assert.deepEqual(form.api.requests, [POST, POST]);
  });

  test("offline: it says so at once, keeps what was typed, and sends it when told to", async () => {
    const page = await openInHaste(form);
    await page.context().setOffline(true);
    const said = await save(page, "a", "b", "You are offline");

    await page.context().setOffline(false);
    await press(page, "Try again");

    await outcome(page, "Stored");
    assert.equal(said, "What you typed is kept.");
    assert.deepEqual(await typed(page), Object.values(itemOf("a", "b")));
    assert.deepEqual(form.api.requests, [POST]);
  });

  test("offline after a first attempt: it is still not known whether that one was stored", async () => {
    let cutOff = () => {};
    const told = new Promise<void>(resolve => (cutOff = resolve));
    form.api.will(response => told.then(() => response.destroy()));
    const page = await openInHaste(form);
    await save(page, "a", "b", "Saving…");

    await page.context().setOffline(true);
    cutOff();

    assert.match(await outcome(page, "You are offline"), IN_DOUBT);
  });
});
