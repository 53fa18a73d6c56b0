/** Shows on stderr what happens: live on a terminal, in plain lines elsewhere. */

// Not styleText by its name: an old Node has none, and would say that before node.mjs can speak.
import util from "node:util";
import type { Event, Progress, Result, Task } from "../converge/progress.ts";
import { differences, type Styled } from "./differences.ts";
import { cut, wrapped } from "./lines.ts";
import { timeline } from "./timeline.ts";

type Outcome = Result["outcome"];

type Style = Parameters<typeof util.styleText>[0];

const COLORS: Record<Outcome, Style> = {
  created: "green",
  updated: "yellow",
  unchanged: "dim",
  removed: "green",
  absent: "dim",
  kept: "cyan",
  skipped: "red",
  failed: "red",
};

/** What is being done where something is. */
const DOING: Partial<Record<Outcome, string>> = {
  created: "creating",
  updated: "updating",
  removed: "removing",
};

/** Live lines where a person watches; plain lines in CI, with NO_COLOR, when stderr is piped or has no width. */
export async function createProgress(stream: NodeJS.WriteStream = process.stderr): Promise<Progress> {
  const { CI, NO_COLOR, TERM } = process.env;
  const isLive = stream.isTTY && stream.columns > 0 && !CI && !NO_COLOR && TERM !== "dumb";
  return isLive ? liveProgress(stream) : plainProgress(stream);
}

/** One line for each event. */
export function plainProgress(stream: { write(text: string): unknown }): Progress {
  return {
    during: (_, work) => work,
    tell(event) {
      const text = inText(event);
      if (text) stream.write(`${text}\n`);
    },
  };
}

/** What there is to read of an event: how wide it can be, and how it is styled, is the terminal's. */
function inText(event: Event, columns?: number, styled: Styled = (_, text) => text): string {
  switch (event.kind) {
    case "begun":
      return styled("bold", wrapped(headline(event.task), columns));
    case "done": {
      const text = wrapped(describe(event.result), columns, " ".repeat(10));
      const what = styled(COLORS[event.result.outcome], text);
      return [what, ...differences(event.result.changes, columns, styled)].join("\n");
    }
    case "ended":
      return timeline(event.results, columns);
    case "note":
      return event.text;
    case "working":
    case "interrupted":
      return "";
  }
}

/** Styled even where stdout is no terminal: what is shown here goes to stderr. */
const styled = (style: Style, text: string) => util.styleText(style, text, { validateStream: false });

/** Lines for what is being done, below those for what is done. */
export async function liveProgress(stream: NodeJS.WriteStream): Promise<Progress> {
  const lines = await liveLines(stream);
  return {
    async during(what, work) {
      lines.begin(what, what);
      return work.finally(() => lines.end(what));
    },
    tell(event) {
      if (event.kind === "working") work(event.result);
      if (event.kind === "done") lines.end(event.result.type);
      if (event.kind === "interrupted") lines.stop();
      const text = inText(event, stream.columns, styled);
      if (text) lines.print(text);
    },
  };

  function work({ type, name, outcome }: Result) {
    const doing = DOING[outcome];
    if (doing) lines.begin(type, `${doing} ${type} ${name}`);
  }
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 80;

/** The lines at the bottom of a terminal: each turns and counts its seconds until it ends. */
async function liveLines(stream: NodeJS.WriteStream) {
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(stream);
  const lines = new Map<string, { text: string; since: number }>();
  let timer: NodeJS.Timeout | undefined;

  const redraw = () => {
    const now = performance.now();
    const spinner = FRAMES[Math.floor(now / FRAME_MS) % FRAMES.length];
    const drawn = [...lines.values()].map(({ text, since }) => {
      const seconds = ` ${((now - since) / 1000).toFixed(1)} s`;
      return `${spinner} ${cut(text, stream.columns - seconds.length - 2)}${styled("dim", seconds)}`;
    });
    draw(drawn.join("\n"));
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    draw.clear();
    draw.done();
  };
  return {
    begin(key: string, text: string) {
      lines.set(key, { text, since: performance.now() });
      timer ??= setInterval(redraw, FRAME_MS);
      redraw();
    },
    end(key: string) {
      if (lines.delete(key) && lines.size === 0) stop();
    },
    print(text: string) {
      draw.clear();
      stream.write(`${text}\n`);
      if (lines.size > 0) redraw();
    },
    /** Takes the lines away and gives the cursor back. */
    stop,
  };
}

function headline({ action, name, account, region, caller, endpoint }: Task): string {
  const { AWS_PROFILE } = process.env;
  const where = [`account ${account}`, `region ${region}`];
  if (AWS_PROFILE) where.push(`profile ${AWS_PROFILE}`);
  return `${action} ${name}: ${where.join(", ")}\nas ${caller}\n${endpoint ? `at ${endpoint}\n` : ""}`;
}

/** What a deploy ends with. */
export const whatNext = ({ siteUrl, apiUrl }: { siteUrl: string; apiUrl: string }) => `
Page  ${siteUrl}
API   ${apiUrl}
Try   curl -X POST '${apiUrl}?id=1&value=hello'`;

/** What became of a resource. Why it failed is said once, at the end, with what to do about it. */
function describe({ type, name, outcome, ms, waitsFor }: Result): string {
  const took = DOING[outcome] ? ` (${(ms / 1000).toFixed(1)} s)` : "";
  const why = waitsFor ? `, which waits for ${listed(waitsFor.map(type => `the ${type}`))}` : "";
  return `${outcome.padEnd(9)} ${type} ${name}${took}${why}`;
}

/** "the bucket, the stage, and the permission". What makes it takes 20 ms to load, and few need it. */
const listed = (all: string[]) => new Intl.ListFormat("en").format(all);
