/**
 * Where in the sources an error of the function's arose: its zip holds one minified file, and so do stacks and log
 * lines name that. `npm run where index.mjs:1:52345` tells of a place; `npm start` tells by itself.
 */
import { SourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import { buildFunctionMap } from "../bundle/function.ts";

/** A place in the zip, however its folder is written. */
const PLACE = /(?:file:\/\/)?[^\s()]*\bindex\.mjs:(\d+):(\d+)/g;

/** The places of the function as the sources make it when they are first asked for. */
export class Places {
  #map: Promise<SourceMap> | undefined;

  /** Puts the sources' places into a text, in place of those in the zip. */
  async inSources(text: string): Promise<string> {
    this.#map ??= buildFunctionMap().then(map => new SourceMap(JSON.parse(map)));
    const map = await this.#map;
    return text.replaceAll(PLACE, (place, line, column) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!("originalSource" in entry)) return place;
      return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
  }

  /** The error that a function's line of JSON tells of, if it does: what, and where in our sources. */
  async errorIn(line: string): Promise<string | undefined> {
    const { errorType, errorMessage, trace = [] } = messageOf(line);
    if (errorType === undefined) return undefined;
    const frames = await this.inSources(trace.filter(frame => /^ +at /.test(frame)).join("\n"));
    const places = Array.from(frames.matchAll(/[^\s()]+\.ts:\d+:\d+/g), ([place]) => place);
    const ours = places.filter(place => !place.includes("node_modules"));
    return [`${errorType}: ${errorMessage}`, ...ours.map(place => `    at ${place}`)].join("\n");
  }
}

interface LoggedError {
  errorType?: string;
  errorMessage?: string;
  trace?: string[];
}

/** A line's message, as Lambda's runtime writes an error; nothing where it is none. */
function messageOf(line: string): LoggedError {
  try {
    return Object(JSON.parse(line).message);
  } catch {
    return {};
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(await new Places().inSources(process.argv.slice(2).join("\n")));
