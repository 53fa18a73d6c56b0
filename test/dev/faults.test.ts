/** What a class sees of each fault of the lab, and of bad weather: the view marks where it is, and says why. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Part } from "local-aws";
import type { Page } from "playwright-core";
import { FAULTS } from "../../dev/lab/faults.ts";
import { type Stand, standOf } from "../../dev/lab/stand.ts";
import { FINE } from "../../dev/view/climates.ts";
import { deploy } from "../../ensure.ts";
import { withoutBrowser } from "../shared/browser.ts";
import { HEADERS } from "../shared/caller.ts";
import { casesWith, type Probe, post } from "./repairs.ts";
import { pictureOfTrace, type Stage, stageView } from "./view-stage.ts";

const NAME = "faults";

interface Fault {
  what: string;
  inject?: (stand: Stand) => Promise<unknown>;
  probe: (stand: Stand) => Probe;
  weather?: string;
  part: Part;
  cause: RegExp;
}

/** By the name that the view gives each. */
const WEATHERS: [weather: string, part: Part, cause: RegExp][] = [
  ["DynamoDB throttles", "dynamodb", /ThrottlingException: Rate exceeded/],
  ["connections break", "dynamodb", /The connection broke before an answer came/],
  ["API Gateway throttles", "api", /no token left.*THROTTLED answers 429/],
  ["a new role is not known yet", "dynamodb", /UnrecognizedClientException/],
];

const CASES = casesWith(async () => {});

const ALL: Fault[] = [
  ...FAULTS.map(({ symptom, inject, part }, at) => ({ what: symptom, inject, part, ...CASES[at]! })),
  ...WEATHERS.map(([weather, part, cause]) => ({ what: weather, weather, part, cause, probe: post })),
];

describe("the view marks the hop that broke, and says why, when", { skip: withoutBrowser }, () => {
  let stage: Stage;
  let stand: Stand;
  let page: Page;
  before(async () => {
    // A third of the worst that each weather brings: the table takes 0.9 seconds in the slow one.
    stage = await stageView(NAME, 0.3);
    stand = await standOf(NAME);
    page = await stage.browser.newPage({ viewport: { width: 1280, height: 720 }, reducedMotion: "reduce" });
    page.setDefaultTimeout(10_000);
    await page.goto(stage.view.url);
    await page.getByText("Live.").waitFor();
  });
  after(() => stage?.close());
  afterEach(() => choose(FINE));

  /** Changes the weather as a teacher does. */
  async function choose(weather: string): Promise<void> {
    await page.getByRole("button", { name: weather, exact: true }).click();
    await page.locator(`[data-weather="${weather}"][aria-pressed=true]`).waitFor();
  }

  /** Asks as the page of the site would, and waits until the view shows it. */
  async function seen({ url, method }: Probe) {
    const response = await fetch(url, { method, headers: { ...HEADERS, origin: stand.origin } });
    await response.arrayBuffer();
    return pictureOfTrace(page, stage.aws.traces.at(-1)!.id);
  }

  for (const { what, inject, probe, weather = FINE, part, cause } of ALL)
    test(what, async t => {
      await inject?.(stand);
      if (inject) t.after(() => deploy({ name: NAME, region: stage.aws.region }));
      await choose(weather);

      const { broken, detail } = await seen(probe(stand));

      assert.equal(broken, part);
      assert.match(detail, cause);
    });
});
