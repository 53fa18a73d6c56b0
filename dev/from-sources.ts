/** The work of `npm start` on the sources, deploy's own among them: these are as they were when this was loaded. */
import { buildFunction } from "../bundle/function.ts";
import { beginPage } from "../bundle/page.ts";
import { connect } from "../converge/aws.ts";
import { inWords, type Words } from "../converge/errors.ts";
import { type Deployed, deploy } from "../ensure.ts";
import { withOrigin } from "./origin.ts";
import { Places } from "./places.ts";
import { noteDeploys } from "./view/deploys.ts";
import type { Shown } from "./view/shown.ts";

/** What is deployed, and where to. */
export interface Wanted {
  name: string;
  region: string;
}

/** How a deploy ended, and what the view shows of it. */
export type Ended = { shown: Shown } & ({ deployed: Deployed } | { failure: Words });

/** What can be asked for. */
export type Work = typeof work;

let built: ReturnType<typeof buildFunction> | undefined;
let places = new Places();
let clients: ReturnType<typeof clientsFor> | undefined;

export const work = { build, deploySources, errorIn };

/** Builds the function, of which the next deploy is. */
function build(): void {
  places = new Places();
  built = buildFunction();
  built.catch(() => {}); // deploy tells
}

async function deploySources({ name, region }: Wanted): Promise<Ended> {
  if (!built) build();
  const code = () => built!;
  clients ??= clientsFor(region);
  const { aws, during } = clients;
  let shown: Shown | undefined;
  const keep = (deploy: Shown) => {
    shown = deploy;
  };
  const run = () => deploy({ name, region, aws, build: { code, page: beginPage() } });
  try {
    const deployed = await during(name, run, keep);
    return { deployed, shown: shown! };
  } catch (error) {
    if (process.env.DEBUG) console.error(error);
    const { message, remedy } = inWords(error);
    return { failure: { message: withOrigin(message, error), remedy }, shown: shown! };
  }
}

function clientsFor(region: string) {
  const aws = connect(region);
  return { aws, during: noteDeploys(aws) };
}

/** The error that a line of the function's log tells of, with its place in the sources. */
function errorIn(line: string): Promise<string | undefined> {
  return places.errorIn(line);
}
