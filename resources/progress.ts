/** Shows on stderr what happens: live on a terminal, in plain lines elsewhere. */
import { styleText } from "node:util";
import { explain } from "./errors.ts";
import type { Progress, Result, Task } from "./steps.ts";
import { timeline } from "./timeline.ts";

type Outcome = Result["outcome"];

const COLORS: Record<Outcome, Parameters<typeof styleText>[0]> = {
  created: "green",
  updated: "yellow",
  unchanged: "dim",
  removed: "green",
  absent: "dim",
  kept: "cyan",
  skipped: "red",
  failed: "red",
};

/** What is being done where something is, and what would be done in a dry run. */
const DOING: Partial<Record<Outcome, string>> = {
  created: "creating",
  updated: "updating",
  removed: "removing",
};
const WOULD: Partial<Record<Outcome, string>> = {
  created: "would create",
  updated: "would update",
  removed: "would remove",
  kept: "would keep",
};

/** Live lines where a person watches; plain lines in CI, with NO_COLOR or when stderr is piped. */
export async function createProgress(stream: NodeJS.WriteStream = process.stderr): Promise<Progress> {
  const { CI, NO_COLOR, TERM } = process.env;
  const isLive = stream.isTTY && !CI && !NO_COLOR && TERM !== "dumb";
  return isLive ? liveProgress(stream) : plainProgress(stream);
}

/** One line for each event. */
export function plainProgress(stream: { write(text: string): unknown }): Progress {
  const line = (text: string) => stream.write(`${text}\n`);
  return {
    begin: task => line(headline(task)),
    working() {},
    done: result => line([describe(result), ...details(result)].join("\n")),
    end: results => line(timeline(results)),
    note: line,
  };
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** A line for each resource that is worked on, below those that are done. */
async function liveProgress(stream: NodeJS.WriteStream): Promise<Progress> {
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(stream);
  const working = new Map<string, { text: string; since: number }>();
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const redraw = () => {
    const spinner = FRAMES[frame++ % FRAMES.length];
    const lines = [...working.values()].map(({ text, since }) => {
      const seconds = ((performance.now() - since) / 1000).toFixed(1);
      return `${spinner} ${text} ${styleText("dim", `${seconds} s`)}`;
    });
    draw(lines.join("\n"));
  };
  const print = (text: string) => {
    draw.clear();
    stream.write(`${text}\n`);
    if (working.size > 0) redraw();
  };
  return {
    begin: task => print(styleText("bold", headline(task))),
    working({ type, name, outcome }) {
      working.set(type, { text: `${DOING[outcome] ?? outcome} ${type} ${name}`, since: performance.now() });
      timer ??= setInterval(redraw, 80);
    },
    done(result) {
      working.delete(result.type);
      if (working.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
      print([styleText(COLORS[result.outcome], describe(result)), ...details(result)].join("\n"));
    },
    end: results => print(timeline(results)),
    note: print,
  };
}

function headline({ action, name, account, region, caller, endpoint }: Task): string {
  const { AWS_PROFILE } = process.env;
  const where = [`account ${account}`, `region ${region}`];
  if (AWS_PROFILE) where.push(`profile ${AWS_PROFILE}`);
  if (endpoint) where.push(`endpoint ${endpoint}`);
  return `${action} ${name}: ${where.join(", ")}\nas ${caller}\n`;
}

/** What a dry run has found, a line a resource. */
export function planText(results: Result[]): string {
  const lines = results.flatMap(({ type, name, outcome, changes }) => [
    `${(WOULD[outcome] ?? outcome).padEnd(12)} ${type} ${name}`,
    ...details({ changes }),
  ]);
  return [...lines, "", "Nothing was changed."].join("\n");
}

function describe({ type, name, outcome, ms }: Result): string {
  const took = DOING[outcome] ? ` (${(ms / 1000).toFixed(1)} s)` : "";
  return `${outcome.padEnd(9)} ${type} ${name}${took}`;
}

/** What differed: each setting, from what to what; or why it failed. */
const details = ({ changes, error }: Pick<Result, "changes" | "error">): string[] => [
  ...changes.flatMap(({ setting, from, to }) => differences(setting, from, to)),
  ...(error ? [`            ${explain(error).message}`] : []),
];

/** The members in which two values differ, however deep they are. */
function differences(path: string, from: unknown, to: unknown): string[] {
  if (from === undefined || to === undefined || !isMap(from) || !isMap(to))
    return isSame(from, to) ? [] : [`            ${path}: ${show(from)} -> ${show(to)}`];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap(key => differences(`${path} ${key}`, from[key], to[key]));
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

const show = (value: unknown) => (value === undefined ? "(none)" : JSON.stringify(value));
