/** The form as a person meets it: the built page in a browser, its site, and an API that a test directs. */
import type { BrowserContextOptions, Page } from "playwright-core";
import { buildHtml } from "../../bundle/page.ts";
import { FIELD_NAMES } from "../../item.ts";
import { launchBrowser } from "../shared/browser.ts";
import { type FakeApi, type Site, startFakeApi, startSite } from "./fake-api.ts";

export interface Form {
  api: FakeApi;
  site: Site;
  /** The form, freshly loaded: in a window of its own if options are given, else in one that tests share. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** Forgets what the last test did. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the browser and both servers, once for many tests. */
export async function startForm(): Promise<Form> {
  const api = await startFakeApi();
  const html = await buildHtml(api.url);
  const site = await startSite(html);
  const browser = await launchBrowser();
  const shared = await browser.newPage();
  return {
    api,
    site,
    async open(options) {
      const page = options ? await browser.newPage(options) : shared;
      page.setDefaultTimeout(10_000);
      await page.goto(site.url);
      return page;
    },
    async reset() {
      await shared.context().setOffline(false);
      const others = browser.contexts().filter(context => context !== shared.context());
      await Promise.all(others.map(context => context.close()));
      api.reset();
      site.serve(html);
      site.requests.length = 0;
    },
    async close() {
      await browser.close();
      await Promise.all([api.close(), site.close()]);
    },
  };
}

/** Types an ID, and the same text into every other field. */
export async function fill(page: Page, id: string, text: string): Promise<void> {
  for (const field of FIELD_NAMES) await page.locator(`#${field}`).fill(field === "id" ? id : text);
}

/** Clicks a button, even one that says it is not available just now. */
export const press = (page: Page, button: string): Promise<void> =>
  page.getByRole("button", { name: button, exact: true }).click({ force: true });

/** Waits until the form's headline says this, and returns the words below it. */
export async function outcome(page: Page, title: string): Promise<string> {
  const status = page.getByRole("status");
  await status.getByRole("heading", { name: title, exact: true }).waitFor();
  return (await status.locator("p").allTextContents()).join();
}

/** Saves an item and waits for this headline. */
export async function save(page: Page, id: string, value: string, title: string): Promise<string> {
  await fill(page, id, value);
  await press(page, "Save");
  return outcome(page, title);
}

/** The id of the element that has the focus. */
export const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.activeElement?.id);

/** What the fields hold. */
export const typed = (page: Page): Promise<string[]> =>
  page.locator("textarea").evaluateAll(all => all.map(one => (one as HTMLTextAreaElement).value));

/** Opens a form whose dice always fall so that it pauses between attempts only if asked to. */
export async function openInHaste(form: Form, options?: BrowserContextOptions): Promise<Page> {
  const page = await form.open(options);
  await page.evaluate(() => {
    Math.random = () => 0;
  });
  return page;
}

/** Opens such a form in which time passes only when the test says so. */
export async function openWithoutTime(form: Form): Promise<Page> {
  const page = await openInHaste(form, {});
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1000);
  return page;
}
