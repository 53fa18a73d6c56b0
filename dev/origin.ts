/** Where in the project an error arose. */
import { fileURLToPath } from "node:url";

const ROOT_URL = new URL("..", import.meta.url);

/** A source of the product with its line, from the project's folder on: "resources/table.ts:12:3". */
const PLACE = /(?<![\w/\\.-])(?!dev[/\\])(?:[\w-]+[/\\])*[\w-]+\.ts:\d+(?::\d+)?/;

/** A message, and below it the place, unless the message names it by itself or is a Refusal's, which is about none. */
export function withOrigin(message: string, error: unknown): string {
  const told = inProject(message);
  if (!(error instanceof Error) || error.name === "Refusal" || PLACE.test(told)) return told;
  const [place] = PLACE.exec(inProject(error.stack ?? "")) ?? [];
  return place ? `${told}\n    at ${place}` : told;
}

const inProject = (text: string): string =>
  text.replaceAll(ROOT_URL.href, "").replaceAll(fileURLToPath(ROOT_URL), "");
