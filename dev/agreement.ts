/** What must change together and did not, said by `npm run check`: fields and rows; methods, calls and stack.ts. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildPage } from "../bundle/page.ts";
import { DEFAULT_NAME, stack } from "../stack.ts";

/** What the function does. */
interface Does {
  methods: string[];
  /** Its source. */
  source: string;
}

/** What stack.ts has AWS do. */
interface Allows {
  methods: string[];
  /** The actions that the function's role allows. */
  actions: string[];
}

/** The operations of DynamoDB that the function calls. */
export const callsIn = (source: string): string[] => [
  ...new Set(Array.from(source.matchAll(/new (\w+)Command\(/g), ([, call]) => call!)),
];

/** What does not agree, each with the place to go to. */
export function disagreements({ methods, source }: Does, allows: Allows): string[] {
  return [
    ...methods
      .filter(method => !allows.methods.includes(method))
      .map(method => `handler.ts answers ${method}, but stack.ts does not list it: add it to api.methods.`),
    ...allows.methods
      .filter(method => !methods.includes(method))
      .map(method => `stack.ts lists ${method}, but handler.ts does not answer it: add it to METHODS.`),
    ...callsIn(source)
      .filter(call => !allows.actions.includes(`dynamodb:${call}`))
      .map(
        call =>
          `handler.ts calls ${call}, but the role does not allow it: add "dynamodb:${call}" to role.statements in stack.ts.`,
      ),
  ];
}

/** What stack.ts says now. */
export function allowed(): Allows {
  const place = { name: DEFAULT_NAME, account: "000000000000", region: "us-east-1", partition: "aws" };
  const { api, role } = stack(place);
  return { methods: api.methods, actions: role.statements.flatMap(({ actions }) => actions) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { METHODS } = await import("../handler.ts");
  const source = readFileSync(new URL("../handler.ts", import.meta.url), "utf8");
  const page = await buildPage("https://api.example/items").then(
    () => [],
    error => [error.message],
  );
  const found = [...page, ...disagreements({ methods: [...METHODS.keys()], source }, allowed())];
  for (const disagreement of found) console.error(disagreement);
  process.exitCode = found.length > 0 ? 1 : 0;
}
