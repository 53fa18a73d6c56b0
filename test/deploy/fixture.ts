/**
 * Where the suite of deploy and teardown runs: against the endpoint of AWS_ENDPOINT_URL when there is one, on the
 * account of the credentials when test/account/run.ts has started it, and otherwise against the local AWS. Nothing
 * in it knows which.
 */
import { after } from "node:test";
import { isRead } from "local-aws";
import { type Aws, around, type Clients, connect, identify } from "../../converge/aws.ts";
import { type Stack, stack } from "../../stack.ts";
import { observe } from "../account/record.ts";
import { listedNames } from "../shared/listed.ts";

export interface Fixture {
  aws: Aws;
  /** The same, for the calls of a test's own. */
  clients: Clients;
  region: string;
  /** The names of all calls that were sent since `calls.length = 0`: "CreateTable". */
  calls: string[];
  /** The calls among them that write. */
  writes(): string[];
  /** A stack name that nothing else uses. */
  newName(): string;
  stackOf(name: string): Promise<Stack>;
  /** Everything in the account that has the name in its own, by what each list call answers. */
  listed(name: string): Promise<string[]>;
}

/** What a run on an account says to the files of the suite. */
const { SUITE_REGION, SUITE_PREFIX = "t", SUITE_RECORD } = process.env;
const REGION = SUITE_REGION ?? "eu-central-1";

/** Sets the environment up for the SDK and gives clients that count their calls. Ends with the test file. */
export async function useAws(): Promise<Fixture> {
  if (!SUITE_REGION) await useEndpoint();
  const aws = connect(REGION);
  if (SUITE_RECORD) observe(aws, SUITE_RECORD);
  const { sdk: clients } = aws;
  const calls: string[] = [];
  record(aws, calls);
  let names = 0;
  return {
    aws,
    clients,
    region: REGION,
    calls,
    writes: () => calls.filter(call => !isRead(call)),
    newName: () => `${SUITE_PREFIX}${process.pid.toString(36)}-${names++}`,
    stackOf: async name => stack({ name, region: REGION, ...(await identify(aws)) }),
    listed: name => listedNames(clients, name),
  };
}

/** Leads the SDK to the endpoint of the environment, or to a local AWS of this file's own. */
async function useEndpoint(): Promise<void> {
  if (!process.env.AWS_ENDPOINT_URL) {
    const { startAws } = await import("local-aws");
    const local = await startAws({ region: REGION });
    Object.assign(process.env, local.environment);
    after(() => local.close());
  }
  process.env.AWS_EC2_METADATA_DISABLED = "true";
  process.env.AWS_ACCESS_KEY_ID ??= "test";
  process.env.AWS_SECRET_ACCESS_KEY ??= "test";
}

/** Notes every command that a client is given. */
export const record = (aws: Aws, calls: string[]) =>
  around(aws, (_, operation, send) => args => {
    calls.push(operation);
    return send(args);
  });

/** The outcome of each resource, by its type. */
export const outcomes = (resources: { type: string; outcome: string }[]): Record<string, string> =>
  Object.fromEntries(resources.map(({ type, outcome }) => [type, outcome]));
