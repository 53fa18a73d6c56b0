/** Shows on stderr what happens: live on a terminal, in plain lines elsewhere. */
import { styleText } from "node:util";
import { explain } from "./errors.ts";
import type { Progress, Result } from "./steps.ts";

type Color = Parameters<typeof styleText>[0];

const COLORS: Record<Result["outcome"], Color> = {
  created: "green",
  updated: "yellow",
  unchanged: "dim",
  removed: "green",
  absent: "dim",
  kept: "cyan",
  skipped: "red",
  failed: "red",
};

/** Live lines where a person watches; plain lines in CI, with NO_COLOR or when stderr is piped. */
export async function createProgress(stream: NodeJS.WriteStream = process.stderr): Promise<Progress> {
  const { CI, NO_COLOR } = process.env;
  return stream.isTTY && !CI && !NO_COLOR ? liveProgress(stream) : plainProgress(stream);
}

/** One line for each event. */
export function plainProgress(stream: { write(text: string): unknown }): Progress {
  const line = (text: string) => stream.write(`${text}\n`);
  return {
    begin: line,
    working() {},
    done: result => {
      line(describe(result));
      for (const text of changeLines(result)) line(text);
    },
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
    begin: text => print(styleText("bold", text)),
    working({ type, name }) {
      working.set(type, { text: `${type} ${name}`, since: performance.now() });
      timer ??= setInterval(redraw, 80);
    },
    done(result) {
      working.delete(result.type);
      if (working.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
      print([styleText(COLORS[result.outcome], describe(result)), ...changeLines(result)].join("\n"));
    },
    note: print,
  };
}

const describe = ({ type, name, outcome, ms }: Result) =>
  `${outcome.padEnd(9)} ${type} ${name}${ms > 0 ? ` (${(ms / 1000).toFixed(1)} s)` : ""}`;

/** What differed: each setting, from what to what; or why it failed. */
const changeLines = ({ changes, error }: Result): string[] => [
  ...changes.map(({ setting, from, to }) => `            ${setting}: ${show(from)} -> ${show(to)}`),
  ...(error ? [`            ${explain(error).message}`] : []),
];

const show = (value: unknown) => (value === undefined ? "(none)" : JSON.stringify(value));
