/** Who deploys in `npm start`: this process, and a fresh one once deploy's own sources have changed. */
import type { Answer } from "local-aws";
import type { Ended, Wanted } from "./from-sources.ts";
import type { Show } from "./view/shown.ts";
import { FreshProcess, thisProcess, type Workplace } from "./workplace.ts";

/** So long may a deploy go on that a newer change is waiting for. The next one mends what it leaves behind. */
const PATIENCE_MS = 3000;

export class Deployer {
  readonly #wanted: Wanted;
  readonly #show: Show;
  /** Where a deploy was carried out last. */
  #place: Workplace;
  /** Where one is carried out now. */
  #working: Workplace | undefined;
  /** Started ahead of time, to be there when deploy's own sources change. */
  #spare: FreshProcess | undefined;
  #isOutdated = false;
  /** Whether somebody works on the sources: who only looks needs no second process. */
  #hasChanged = false;
  #impatience: NodeJS.Timeout | undefined;

  /** @param answer of the AWS that is deployed to, as soon as there is one */
  constructor(wanted: Wanted, show: Show, answer: Answer) {
    this.#wanted = wanted;
    this.#show = show;
    this.#place = thisProcess(show, answer);
  }

  /** A source has changed: deploy's own, or one of those that it builds, of which it begins to build at once. */
  changed(what: "build" | "deploy"): void {
    this.#hasChanged = true;
    if (what === "deploy") this.#isOutdated = true;
    else if (!this.#isOutdated) this.#build();
    if (this.#working) this.#impatience ??= setTimeout(() => this.#giveUp(), PATIENCE_MS);
  }

  /** Deploys the sources as they are. Fails when they cannot be loaded: the next change tries again. */
  async deploy(): Promise<Ended> {
    const place = this.#isOutdated ? this.#fresh() : this.#place;
    this.#isOutdated = false;
    this.#working = place;
    try {
      const ended = await place.ask("deploy", this.#wanted);
      if (place !== this.#place) this.#place.end("Another process deploys now.");
      this.#place = place;
      return ended;
    } catch (error) {
      place.end("It could not deploy.");
      this.#isOutdated = true;
      throw error;
    } finally {
      clearTimeout(this.#impatience);
      this.#impatience = undefined;
      this.#working = undefined;
      if (this.#hasChanged) this.#spare ??= new FreshProcess(this.#show);
    }
  }

  /** What a line of the function's log tells of an error, if it does. */
  errorIn(line: string): Promise<string | undefined> {
    return this.#place.ask("errorIn", line);
  }

  #fresh(): FreshProcess {
    const spare = this.#spare ?? new FreshProcess(this.#show);
    this.#spare = undefined;
    return spare;
  }

  #build(): void {
    const place = this.#working ?? this.#place;
    place.ask("build").catch(() => {}); // deploy tells
  }

  #giveUp(): void {
    this.#working?.end("A newer change has ended this deploy.");
  }
}
