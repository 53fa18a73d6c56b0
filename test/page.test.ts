import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { after, afterEach, before, describe, test } from "node:test";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { buildPage } from "../resources/page.ts";
import { launchBrowser, withoutBrowser } from "./browser.ts";
import { type FakeApi, reply, slowly, startFakeApi, startSite } from "./fake-api.ts";

const API_URL = "https://abcdefghij.execute-api.ap-northeast-1.amazonaws.com/prod/items";

describe("the page, as a file", () => {
  test("is smaller than 14,000 bytes", async () => {
    const page = await buildPage(API_URL);

    assert.ok(Buffer.byteLength(page) < 14_000, `${Buffer.byteLength(page)} bytes`);
  });

  test("is the same, byte for byte, whenever and wherever it is built", async () => {
    const here = process.cwd();

    const first = await buildPage(API_URL);
    process.chdir(tmpdir());
    const second = await buildPage(API_URL).finally(() => process.chdir(here));

    assert.equal(second, first);
  });

  test("may connect to the API's origin and to nothing else", async () => {
    const page = await buildPage(API_URL);

    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1];
    assert.match(policy ?? "", /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; /);
    assert.match(
      policy ?? "",
      / connect-src https:\/\/abcdefghij\.execute-api\.ap-northeast-1\.amazonaws\.com; /,
    );
    assert.doesNotMatch(policy ?? "", /unsafe|\*/);
  });

  test("keeps an API URL that holds patterns of String.replace as it is", async () => {
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

describe("the page, in a browser", { skip: withoutBrowser }, () => {
  let browser: Browser;
  let api: FakeApi;
  let site: Awaited<ReturnType<typeof startSite>>;

  before(async () => {
    api = await startFakeApi();
    site = await startSite(await buildPage(api.url));
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    api.items.clear();
    api.requests.length = 0;
    site.requests.length = 0;
  });
  after(async () => {
    await browser?.close();
    await site?.close();
    await api?.close();
  });

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(5000);
    await page.goto(site.url);
    return page;
  }

  describe("says what the API answered", () => {
    test("201: the item is stored, by one request without a preflight", async () => {
      const page = await open();

      await fill(page, "a", "b");
      await press(page, "Save");

      await outcome(page, "Stored");
      assert.deepEqual(api.requests, ["POST /prod/items?id=a&value=b"]);
    });

    test("200: the same item was there already", async () => {
      api.items.set("a", "b");
      const page = await open();

      await fill(page, "a", "b");
      await press(page, "Save");

      await outcome(page, "Already stored");
    });

    test("409: nothing was overwritten, until the person says so", async () => {
      api.items.set("a", "old");
      const page = await open();

      await fill(page, "a", "new");
      await press(page, "Save");
      await outcome(page, "This ID holds another value");
      const before = api.items.get("a");
      await press(page, "Replace it");

      await outcome(page, "Replaced");
      assert.equal(before, "old");
      assert.equal(api.items.get("a"), "new");
    });

    test("409: what replaces is what was submitted, not what was typed since", async () => {
      api.items.set("a", "old");
      const page = await open();
      await fill(page, "a", "submitted");
      await press(page, "Save");
      await outcome(page, "This ID holds another value");

      await fill(page, "other", "typed since");
      await press(page, "Replace it");

      await outcome(page, "Replaced");
      assert.deepEqual([...api.items], [["a", "submitted"]]);
    });

    test("200 to a look-up: the value is shown, and what was typed stays", async () => {
      api.items.set("a", "  kept  ");
      const page = await open();

      await fill(page, "a", "typed");
      await press(page, "Look up");

      await outcome(page, "Found");
      assert.equal(await page.locator("dd").last().textContent(), "  kept  ");
      assert.equal(await page.getByLabel("Value").inputValue(), "typed");
    });

    test("404: there is no such item", async () => {
      const page = await open();

      await fill(page, "a", "");
      await press(page, "Look up");

      await outcome(page, "No such item");
    });

    test("400: each problem stands beside its field, and the first one gets the focus", async () => {
      const problems = [
        { field: "value", message: "No such value today." },
        { field: "id", message: "No such ID today." },
      ];
      api.will(reply(400, { error: { code: "Invalid", message: "Two things are wrong.", problems } }));
      const page = await open();

      await fill(page, "a", "b");
      await press(page, "Save");

      await outcome(page, "Not accepted");
      assert.equal(await page.locator("#id-problem").textContent(), "No such ID today.");
      assert.equal(await page.locator("#value-problem").textContent(), "No such value today.");
      assert.equal(await focused(page), "id");
    });

    test("400 with one field and no list: the message stands beside that field", async () => {
      api.will(reply(400, { error: { code: "Invalid", message: "Not this one.", field: "value" } }));
      const page = await open();

      await fill(page, "a", "b");
      await press(page, "Save");

      await outcome(page, "Not accepted");
      assert.equal(await page.locator("#value-problem").textContent(), "Not this one.");
    });

    test("403: it was refused, and can be tried again", async () => {
      api.will(reply(403, { error: { code: "Forbidden", message: "Another page may not." } }));
      const page = await open();
      await fill(page, "a", "b");
      await press(page, "Save");
      await outcome(page, "Refused");

      await press(page, "Try again");

      await outcome(page, "Stored");
    });

    test("what went over the wire can be unfolded", async () => {
      const page = await open();
      await fill(page, "a", "b");
      await press(page, "Save");
      await outcome(page, "Stored");

      await page.getByText("What went over the wire").click();

      const trace = await page.locator("pre").innerText();
      assert.match(trace, /^POST http:.*\?id=a&value=b\n201 after \d+ ms, request 0f1e2d3c-request$/);
    });
  });

  describe("checks before it sends", () => {
    const refused: [what: string, id: string, value: string, field: string, message: RegExp][] = [
      ["a missing ID", "", "b", "id", /missing/],
      ["a missing value", "a", "", "value", /missing/],
      ["a pasted line break", "a\nb", "c", "id", /control character/],
      ["half a surrogate pair", "a", "\ud800", "value", /well-formed/],
      ["more bytes than fit", "a", "é".repeat(1025), "value", /2050 bytes; at most 2048/],
    ];
    for (const [what, id, value, field, message] of refused)
      test(`${what} is named beside its field, which gets the focus, and nothing is sent`, async () => {
        const page = await open();

        await fill(page, id, value);
        await press(page, "Save");

        await outcome(page, "Not sent");
        assert.match((await page.locator(`#${field}-problem`).textContent()) ?? "", message);
        assert.equal(await page.locator(`#${field}`).getAttribute("aria-invalid"), "true");
        assert.equal(await focused(page), field);
        assert.deepEqual(api.requests, []);
      });

    test("a problem goes away when its field is edited", async () => {
      const page = await open();
      await press(page, "Save");

      await page.getByLabel("ID", { exact: true }).fill("a");

      assert.equal(await page.locator("#id-problem").textContent(), "");
      assert.equal(await page.locator("#id").getAttribute("aria-invalid"), "false");
    });

    test("a look-up asks for no value", async () => {
      const page = await open();

      await fill(page, "a", "");
      await press(page, "Look up");

      await outcome(page, "No such item");
      assert.deepEqual(api.requests, ["GET /prod/items?id=a"]);
    });
  });

  describe("keeps texts as they are", () => {
    const texts = ["a+b c%20d&e=f#g?h/i\\j", "  spaces around  ", "𝒳 é é \u202eabc\u2066", "%", "$&`'\""];
    for (const text of texts)
      test(`${JSON.stringify(text)} arrives and comes back byte for byte`, async () => {
        const page = await open();
        await fill(page, text, text);
        await press(page, "Save");
        await outcome(page, "Stored");

        await press(page, "Look up");
        await outcome(page, "Found");

        assert.deepEqual([...api.items], [[text, text]]);
        assert.equal(await page.locator("dd").last().textContent(), text);
      });

    test("markup is shown as text", async () => {
      const markup = "<img src=x onerror=alert(1)><script>alert(1)</script>";
      const page = await open();

      await fill(page, markup, markup);
      await press(page, "Save");
      await outcome(page, "Stored");

      assert.equal(await page.locator("dd").last().textContent(), markup);
      assert.equal(await page.locator("main img, main script").count(), 0);
    });

    test("a text from right to left runs in its own direction and leaves the rest alone", async () => {
      const page = await open();

      await fill(page, "שלום", "مرحبا");
      await press(page, "Save");
      await outcome(page, "Stored");

      const directions = await page
        .locator("dt, dd")
        .evaluateAll(all => all.map(one => getComputedStyle(one).direction));
      assert.deepEqual(directions, ["ltr", "rtl", "ltr", "rtl"]);
    });
  });

  test("asks the site for one file", async () => {
    const page = await open();

    await page.waitForLoadState("networkidle");

    assert.deepEqual(site.requests, ["GET /"]);
  });

  test("does not run a script that is not its own", async () => {
    const page = await open();

    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.intruder = true";
      document.body.append(script);
      return "intruder" in window;
    });

    assert.equal(ran, false);
  });

  test("cannot be made to talk to another origin", async () => {
    const page = await open();

    const talked = await page.evaluate(
      url =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      "http://127.0.0.1:9/",
    );
    const violation = page.evaluate(
      () =>
        new Promise(resolve => {
          document.addEventListener("securitypolicyviolation", event => resolve(event.effectiveDirective));
          fetch("http://127.0.0.1:9/").catch(() => {});
        }),
    );

    assert.equal(talked, false);
    assert.equal(await violation, "connect-src");
  });

  test("writes nothing to the console", async () => {
    const page = await browser.newPage();
    const lines: string[] = [];
    page.on("console", message => lines.push(message.text()));
    page.on("pageerror", error => lines.push(error.message));

    await page.goto(site.url);
    await fill(page, "a", "b");
    await press(page, "Save");
    await outcome(page, "Stored");

    assert.deepEqual(lines, []);
  });

  test("sends once, however often Save is pressed", async () => {
    api.will(slowly(200));
    const page = await open();
    await fill(page, "a", "b");

    await page.getByLabel("Value").press("Enter");
    await page.getByLabel("Value").press("Enter");
    await press(page, "Save");
    await press(page, "Look up");
    const form = page.locator("form");
    const busy = await form.getAttribute("aria-busy");

    await outcome(page, "Stored");
    assert.equal(busy, "true");
    assert.equal(await form.getAttribute("aria-busy"), "false");
    assert.deepEqual(api.requests, ["POST /prod/items?id=a&value=b"]);
  });

  test("can be used with the keyboard alone, and never loses the focus", async () => {
    api.items.set("a", "old");
    const page = await open();
    const type = (text: string) => page.keyboard.type(text);
    const key = (name: string) => page.keyboard.press(name);

    await key("Tab");
    await type("a");
    await key("Tab");
    await type("new");
    await key("Enter");
    await outcome(page, "This ID holds another value");
    const afterSave = await focused(page);
    for (const _ of ["Save", "Look up", "Replace it"]) await key("Tab");
    const onReplace = await focused(page);
    await key("Space");
    await outcome(page, "Replaced");

    assert.equal(afterSave, "value");
    assert.equal(onReplace, "next");
    assert.equal(await focused(page), "outcome");
    assert.equal(api.items.get("a"), "new");
  });

  test("shows where the focus is", async () => {
    const page = await open();

    for (const _ of ["ID", "Value", "Save"]) await page.keyboard.press("Tab");

    const outline = await page.locator("#save").evaluate(button => getComputedStyle(button).outlineStyle);
    assert.equal(outline, "solid");
  });

  test("announces outcomes politely, in one live region that is there from the start", async () => {
    const page = await open();

    const regions = await page.locator("[role=status], [role=alert], [aria-live]").count();
    await fill(page, "a", "b");
    await press(page, "Save");

    assert.equal(regions, 1);
    await page.getByRole("status").getByText("Stored").waitFor();
  });

  test("has targets of at least 44 by 44 pixels", async () => {
    api.items.set("a", "old");
    const page = await open();
    await fill(page, "a", "b");
    await press(page, "Save");
    await outcome(page, "This ID holds another value");

    const boxes = await page
      .locator("button, textarea, summary")
      .evaluateAll(all =>
        all.map(one => one.getBoundingClientRect()).map(({ width, height }) => [width, height]),
      );

    assert.equal(boxes.length, 6);
    for (const [width, height] of boxes) assert.ok(width! >= 44 && height! >= 44, `${width} x ${height}`);
  });

  test("stands still for those who asked for less motion", async () => {
    api.will(slowly(300));
    const page = await open({ reducedMotion: "reduce" });

    await fill(page, "a", "b");
    await press(page, "Save");
    await page.getByText("Saving…").waitFor();

    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });

  test("says without JavaScript why it does not work", async () => {
    const page = await open({ javaScriptEnabled: false });

    assert.equal(await page.getByText("This form needs JavaScript").isVisible(), true);
  });

  const states: Record<string, (page: Page) => Promise<void>> = {
    empty: async () => {},
    sending: async page => {
      api.will(slowly(1500));
      await fill(page, "a", "b");
      await press(page, "Save");
      await page.getByText("Saving…").waitFor();
    },
    stored: async page => {
      await fill(page, "w".repeat(256), "w".repeat(2048));
      await press(page, "Save");
      await outcome(page, "Stored");
      await page.getByText("What went over the wire").click();
    },
    conflict: async page => {
      api.items.set("a", "old");
      await fill(page, "a", "b");
      await press(page, "Save");
      await outcome(page, "This ID holds another value");
    },
    "field errors": async page => {
      await fill(page, "", "v".repeat(3000));
      await press(page, "Save");
      await outcome(page, "Not sent");
    },
    "not found": async page => {
      await fill(page, "a", "");
      await press(page, "Look up");
      await outcome(page, "No such item");
    },
    "server error": async page => {
      api.will(reply(503, {}, { "retry-after": "60" }));
      await fill(page, "a", "b");
      await press(page, "Save");
      await outcome(page, "The API is in trouble|The API is busy");
    },
  };
  for (const [state, reach] of Object.entries(states))
    for (const colorScheme of ["light", "dark"] as const)
      test(`axe finds nothing and nothing overflows 320 pixels: ${state}, ${colorScheme}`, async () => {
        const page = await open({
          colorScheme,
          viewport: { width: 320, height: 640 },
          reducedMotion: "reduce",
        });

        await reach(page);

        assert.deepEqual(await violations(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
      });
});

async function fill(page: Page, id: string, value: string): Promise<void> {
  await page.getByLabel("ID", { exact: true }).fill(id);
  await page.getByLabel("Value", { exact: true }).fill(value);
}

const press = (page: Page, button: string) => page.getByRole("button", { name: button }).click();

/** Waits until the form says this, in full. */
const outcome = (page: Page, title: string) =>
  page
    .getByRole("status")
    .getByRole("heading", { name: new RegExp(`^(${title})$`) })
    .waitFor();

const focused = (page: Page) => page.evaluate(() => document.activeElement?.id);

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(", ")}`);
}
