/** The page on a slow network, beside a bare HTML file with a form and five lines of script. */
import type { Browser } from "playwright-core";
import { buildHtml, buildPage } from "../bundle/page.ts";
import { FIELD_NAMES } from "../item.ts";
import { startFakeApi, startSite } from "../test/page/fake-api.ts";
import { fill } from "../test/page/form.ts";
import { launchBrowser, withoutBrowser } from "../test/shared/browser.ts";
import { type Figure, median } from "./figures.ts";

const ROUNDS = 9;

/** Lighthouse's "slow 4G", in bytes a second. https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md */
const NETWORK = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};

const bareHtml = (apiUrl: string) => `<!doctype html>
<title>Bare</title>
${FIELD_NAMES.map(field => `<label>${field} <textarea id="${field}"></textarea></label>`).join(" ")}
<button id="save">Save</button>
<p id="outcome"></p>
<script>
  save.onclick = async () => {
    const texts = [...document.querySelectorAll("textarea")].map(({ id, value }) => [id, value]);
    const query = new URLSearchParams(texts);
    const answer = await fetch("${apiUrl}?" + query, { method: "POST" });
    outcome.textContent = (await answer.json()).id + " Stored";
  };
</script>`;

/** What one visit saw, in milliseconds. */
interface Visit {
  firstPaint: number;
  saved: number;
  layoutShift: number;
  requests: number;
  bytes: number;
}

/** Measures the page in a browser; says so where there is none. */
export async function measurePage(): Promise<Figure[]> {
  const api = await startFakeApi();
  const [page, bare] = [await buildHtml(api.url), bareHtml(api.url)];
  const packed = await buildPage(api.url);
  const bytes: Figure = {
    name: "page: bytes",
    measured: packed.length,
    unit: "",
    budget: { atMost: 13_636 },
    note: withoutBrowser || undefined,
  };
  try {
    if (withoutBrowser) return [bytes];
    const visits = await visitInTurns(page, bare);
    return [bytes, ...figures(visits.ours, visits.bare)];
  } finally {
    await api.close();
  }
}

async function visitInTurns(page: string, bare: string): Promise<Record<"ours" | "bare", Visit[]>> {
  const sites = { ours: await startSite(page), bare: await startSite(bare) };
  const visits: Record<keyof typeof sites, Visit[]> = { ours: [], bare: [] };
  const browser = await launchBrowser();
  try {
    for (let round = 0; round < ROUNDS; round++)
      for (const name of ["ours", "bare"] as const) {
        const { requests, url } = sites[name];
        requests.length = 0;
        const seen = await visit(browser, url, `${name}-${round}`);
        visits[name].push({ ...seen, requests: requests.length });
      }
  } finally {
    await browser.close();
    await Promise.all(Object.values(sites).map(site => site.close()));
  }
  return visits;
}

/** Opens the page in a window of its own, types an item and saves it. */
async function visit(browser: Browser, url: string, id: string): Promise<Omit<Visit, "requests">> {
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", NETWORK);
  await page.goto(url);
  const seen = await page.evaluate(painted);
  await fill(page, id, "some text");
  const saved = await page.evaluate(timeToSave);
  await page.close();
  return { ...seen, saved };
}

/** Runs in the page: when it was first painted, and how much of it has moved since. */
async function painted() {
  await new Promise(resolve => setTimeout(resolve, 300));
  const shifts = await new Promise<PerformanceEntry[]>(resolve => {
    const observer = new PerformanceObserver(list => resolve(list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve([]), 200);
  });
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return {
    firstPaint: performance.getEntriesByName("first-contentful-paint")[0]!.startTime,
    layoutShift: shifts.reduce(
      (sum, shift) => sum + (shift as PerformanceEntry & { value: number }).value,
      0,
    ),
    bytes: navigation!.encodedBodySize,
  };
}

/** Runs in the page: from the press of the button to the confirmation. */
function timeToSave(): Promise<number> {
  const started = performance.now();
  return new Promise(resolve => {
    new MutationObserver(() => {
      if (document.getElementById("outcome")?.textContent?.includes("Stored"))
        resolve(performance.now() - started);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    document.getElementById("save")?.click();
  });
}

function figures(ours: Visit[], bare: Visit[]): Figure[] {
  const of = (visits: Visit[], what: keyof Visit) => median(visits.map(each => each[what]));
  const figure = (what: keyof Visit, name: string, unit: string): Figure => ({
    name: `page: ${name}`,
    measured: of(ours, what),
    unit,
    against: { name: "bare HTML file", measured: of(bare, what) },
  });
  return [
    {
      name: "page: requests until it can be used",
      measured: of(ours, "requests"),
      unit: "",
      budget: { atMost: 1 },
    },
    { name: "page: layout shift", measured: of(ours, "layoutShift"), unit: "", budget: { atMost: 0 } },
    figure("firstPaint", "first contentful paint, slow 4G", "ms"),
    figure("saved", "Save to confirmation, slow 4G", "ms"),
  ];
}
