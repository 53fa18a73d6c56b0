/** The work of `npm start` on the sources, deploy's own among them: these are as they were when this was loaded. */
import { context } from "esbuild";
import { BUNDLE, type Packed, pack } from "../bundle/function.ts";
import { beginPage } from "../bundle/page.ts";
import { type ClientSettings, connect } from "../converge/aws.ts";
import { inWords, type Words } from "../converge/errors.ts";
import { pause } from "../converge/retry.ts";
import { type Deployed, deploy } from "../ensure.ts";
import { withOrigin } from "./origin.ts";
import { Places } from "./places.ts";
import { noteDeploys } from "./view/deploys.ts";
import type { Show } from "./view/shown.ts";
import { QUIET_MS } from "./watch.ts";

/** What is deployed, and where to. */
export interface Wanted {
  name: string;
  region: string;
}

/** How a deploy ended. */
export type Ended = { deployed: Deployed } | { failure: Words };

/** What is made of the sources as they were at one moment. */
interface Built {
  code: Promise<Packed>;
  page: ReturnType<typeof beginPage>;
}

export class Work {
  readonly #show: Show;
  readonly #settings: ClientSettings;
  /** Keeps what it has read of the SDK: building anew takes it three times as long. */
  readonly #bundle = context(BUNDLE);
  #built: Built;
  #quiet = Promise.resolve();
  #places = new Places();
  #clients: ReturnType<typeof clientsFor> | undefined;

  constructor(show: Show, settings: ClientSettings = {}) {
    this.#show = show;
    this.#settings = settings;
    this.#built = this.#building();
  }

  /** Builds what the next deploy is of, or one under way if it can still take it, from the sources as they are now. */
  build(): void {
    this.#places = new Places();
    this.#quiet = pause(QUIET_MS);
    this.#built = this.#building(this.#built.code);
  }

  async deploy({ name, region }: Wanted): Promise<Ended> {
    this.#clients ??= clientsFor(region, this.#settings);
    const { aws, during } = this.#clients;
    const build = {
      code: async () => (await this.#latest()).code,
      page: async (url: string) => (await this.#latest()).page(url),
    };
    try {
      return { deployed: await during(name, () => deploy({ name, region, aws, build }), this.#show) };
    } catch (error) {
      if (process.env.DEBUG) console.error(error);
      const { message, remedy } = inWords(error);
      return { failure: { message: withOrigin(message, error), remedy } };
    }
  }

  /** The error that a line of the function's log tells of, with its place in the sources. */
  errorIn(line: string): Promise<string | undefined> {
    return this.#places.errorIn(line);
  }

  /** A build under way has perhaps read already what has changed since: the next one comes after it. */
  #building(before?: Promise<Packed>): Built {
    const code = Promise.allSettled([before])
      .then(() => this.#bundle)
      .then(bundle => bundle.rebuild())
      .then(pack);
    code.catch(() => {}); // deploy tells
    return { code, page: beginPage() };
  }

  /** Editors write a file in several steps: what is built is used once nothing more has been saved for a moment. */
  async #latest(): Promise<Built> {
    let built: Built;
    do {
      built = this.#built;
      await Promise.allSettled([built.code, this.#quiet]);
    } while (built !== this.#built);
    return built;
  }
}

function clientsFor(region: string, settings: ClientSettings) {
  const aws = connect(region, settings);
  return { aws, during: noteDeploys(aws) };
}
