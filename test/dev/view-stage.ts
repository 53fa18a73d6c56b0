/** The view as a class sees it: a deployed stack on a local AWS, its view, and a browser before it. */
import { type Aws, startAws, Weather } from "local-aws";
import type { Browser, Page } from "playwright-core";
import { type Aws as Clients, connect } from "../../converge/aws.ts";
import { noteDeploys } from "../../dev/view/deploys.ts";
import { serveView, type View } from "../../dev/view/serve.ts";
import { type Deployed, deploy } from "../../ensure.ts";
import type { Item } from "../../item.ts";
import { launchBrowser } from "../shared/browser.ts";
import { HEADERS } from "../shared/caller.ts";
import { queryOf } from "../shared/items.ts";

export interface Stage {
  aws: Aws;
  weather: Weather;
  view: View;
  clients: Clients;
  /** Deploys once more, as npm start does when a source has changed. */
  redeploy(): Promise<Deployed>;
  siteUrl: string;
  apiUrl: string;
  browser: Browser;
  close(): Promise<void>;
}

/** Deploys a stack, and shows it. @param chance has no say in its weather: at 0, what may strike strikes, at once */
export async function stageView(name: string, chance = 0): Promise<Stage> {
  const weather = new Weather(() => chance);
  const aws = await startAws({ weather });
  Object.assign(process.env, aws.environment);
  let siteUrl = aws.siteEndpoint;
  const view = await serveView({ aws, weather, siteUrl: () => siteUrl });
  const clients = connect(aws.region);
  const during = noteDeploys(clients);
  const redeploy = () =>
    during(name, () => deploy({ name, region: aws.region, aws: clients }), view.showDeploy);
  const deployed = await redeploy();
  siteUrl = deployed.siteUrl;
  const browser = await launchBrowser();
  const close = async () => {
    await browser.close();
    view.close();
    await aws.close();
  };
  return { aws, weather, view, clients, redeploy, siteUrl, apiUrl: deployed.apiUrl, browser, close };
}

/** Sends a request as the page of the site would. */
export const ask = ({ apiUrl, siteUrl }: Stage, item: Partial<Item>, method = "POST") =>
  fetch(`${apiUrl}?${queryOf(item)}`, { method, headers: { ...HEADERS, origin: new URL(siteUrl).origin } });

/** What the picture shows of the request whose title is awaited. */
export async function pictureOf(page: Page, title: string) {
  await page.getByRole("heading", { name: title, exact: true }).waitFor();
  return drawn(page);
}

/** What it shows of the request with a trace, as soon as it is the one that is shown. */
export async function pictureOfTrace(page: Page, id: string) {
  await page.locator(`#list [data-id="${id}"][aria-current]`).waitFor();
  return drawn(page);
}

const drawn = (page: Page) =>
  page.evaluate(() => {
    const hops = [...document.querySelectorAll<HTMLElement>(".hop")];
    return {
      reached: hops.filter(hop => !hop.matches(".unused")).map(hop => hop.dataset.part),
      broken: document.querySelector<HTMLElement>(".hop.broken")?.dataset.part,
      declined: hops.filter(hop => hop.matches(".declined")).map(hop => hop.dataset.part),
      detail: document.querySelector("#detail")?.textContent ?? "",
    };
  });
