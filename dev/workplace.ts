/** Where the work on the sources is done: in this process, or in one that has loaded none of them yet. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Answer, inProcessHandler } from "local-aws";
import type { Work } from "./from-sources.ts";
import type { Show, Shown } from "./view/shown.ts";

export interface Workplace {
  /** Does a part of the work. Fails when the sources cannot be loaded, or when the place is given up before. */
  ask<Part extends keyof Work>(
    part: Part,
    ...args: Parameters<Work[Part]>
  ): Promise<Awaited<ReturnType<Work[Part]>>>;
  /** Gives it up, whatever goes on there. */
  end(why: string): void;
}

/**
 * Deploy's own sources as they are when this is called. They cost little here, where the SDK is loaded already, and
 * need no sockets for their calls.
 */
export function thisProcess(show: Show, answer: Answer): Workplace {
  const settings = { requestHandler: inProcessHandler(answer) };
  const loading = import("./from-sources.ts").then(({ Work }) => new Work(show, settings));
  loading.catch(() => {}); // whoever asks is told
  let giveUp = (_why: Error) => {};
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  givenUp.catch(() => {});
  return {
    async ask(part, ...args) {
      const work = await loading;
      return Promise.race([Reflect.apply(work[part], work, args), givenUp]);
    },
    end: why => giveUp(new Error(why)),
  };
}

/** What a fresh process is asked for, and what it tells. */
export interface Question {
  number: number;
  part: keyof Work;
  args: unknown[];
}

export type Told = { shown: Shown } | Ending;

export interface Ending {
  number: number;
  value?: never;
  failure?: { message: string; stack?: string };
}

const PROGRAM = fileURLToPath(new URL("./fresh.ts", import.meta.url));

/** Deploy's own sources as they are when it is asked first; until then it has only what does not change. */
export class FreshProcess implements Workplace {
  readonly #child: ChildProcess = fork(PROGRAM, { serialization: "advanced" });
  readonly #asked = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #count = 0;
  /** Why it answers nothing more. */
  #over: Error | undefined;

  constructor(show: Show) {
    this.#child.on("message", message => {
      const told = message as Told;
      if ("shown" in told) show(told.shown);
      else this.#receive(told);
    });
    this.#child.on("error", error => this.#fail(error));
    this.#child.on("exit", (code, signal) =>
      this.#fail(new Error(`The process that deploys has ended by itself (${signal ?? code}).`)),
    );
  }

  ask: Workplace["ask"] = (part, ...args) =>
    new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#over);
      const number = this.#count++;
      this.#asked.set(number, { resolve, reject });
      this.#child.send({ number, part, args } satisfies Question);
    });

  end(why: string): void {
    this.#fail(new Error(why));
    this.#child.kill("SIGKILL");
  }

  #receive({ number, value, failure }: Ending): void {
    const asked = this.#asked.get(number);
    this.#asked.delete(number);
    if (failure) asked?.reject(Object.assign(new Error(failure.message), failure));
    else asked?.resolve(value!);
  }

  #fail(error: Error): void {
    this.#over ??= error;
    for (const { reject } of this.#asked.values()) reject(this.#over);
    this.#asked.clear();
  }
}
