/**
 * Real processes, `node --import tsx deploy.ts` and `teardown.ts`, are killed by SIGKILL at a request that they
 * send over HTTP: before it has an effect, and after that but before the answer. The next run mends what they leave.
 *
 * `npm run kills` does so at every request. `npm test` does so at every fifth, before and after by turns, from a
 * first one that changes with each run; that all requests are covered there too is the simulation's part
 * (test/storm/kills.test.ts).
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { isRead } from "local-aws";
import { buildFunction } from "../../bundle/function.ts";
import { buildPage } from "../../bundle/page.ts";
import { connect } from "../../converge/aws.ts";
import { deploy } from "../../ensure.ts";
import { teardown } from "../../remove.ts";
import { HEADERS } from "../shared/caller.ts";
import { itemOf, queryOf } from "../shared/items.ts";
import { byHand, NAME, REGION } from "./simulation.ts";
import { type Kill, startDeadlyAws, Warm } from "./victims.ts";

const ALL = process.argv.includes("--all");
const STEP = ALL ? 1 : 5;

const aws = await startDeadlyAws(REGION);
Object.assign(process.env, aws.environment);
after(() => aws.close());
const connected = connect(REGION);
const { sdk: clients } = connected;
const code = await buildFunction();
const build = { code: async () => code, page: buildPage };

const deployAgain = () => deploy({ name: NAME, region: REGION, aws: connected, build });
const tearDownAgain = () =>
  teardown({ name: NAME, region: REGION, aws: connected, confirm: async () => true });

/** Stores the item that every state but the first holds. */
const keep = (apiUrl: string, method: string) =>
  fetch(`${apiUrl}?${queryOf(itemOf("kept", "💾"))}`, { method, headers: HEADERS });

async function deployWithItem(): Promise<void> {
  const { apiUrl } = await deployAgain();
  assert.equal((await keep(apiUrl, "PUT")).ok, true);
}

async function changeByHand(): Promise<void> {
  await deployWithItem();
  for (const change of Object.values(byHand)) await change(clients);
}

/** One run makes it whole, and the next only reads. */
async function assertMended(): Promise<string> {
  await deployAgain();
  aws.calls.length = 0;
  const { resources, apiUrl, siteUrl } = await deployAgain();
  assert.deepEqual([...new Set(resources.map(({ outcome }) => outcome))], ["unchanged"]);
  assert.deepEqual(
    aws.calls.filter(({ operation }) => !isRead(operation)),
    [],
  );
  assert.equal((await clients.apigateway.send(new GetRestApisCommand({}))).items!.length, 1);
  assert.ok((await (await fetch(siteUrl)).text()).includes(apiUrl));
  return apiUrl;
}

async function assertNewStack(): Promise<void> {
  const apiUrl = await assertMended();
  assert.equal((await keep(apiUrl, "POST")).status, 201);
}

async function assertItemKept(): Promise<void> {
  const apiUrl = await assertMended();
  assert.equal((await keep(apiUrl, "POST")).status, 200);
}

async function assertCleared(): Promise<void> {
  const { resources } = await tearDownAgain();
  const left = resources.filter(({ outcome }) => outcome !== "removed" && outcome !== "absent");
  assert.deepEqual(left, []);
  const { keys, ...data } = aws.contents();
  assert.equal(JSON.stringify(data).includes(NAME), false);
  assert.deepEqual((await clients.dynamodb.send(new ListTablesCommand({}))).TableNames, []);
}

const deploys = new Warm("deploy.ts", ["--name", NAME]);
const teardowns = new Warm("teardown.ts", ["--name", NAME, "--yes"]);
after(() => Promise.all([deploys.close(), teardowns.close()]));

interface Scenario {
  victims: Warm;
  /** Makes the state that the killed process finds. */
  prepare(): Promise<unknown>;
  assertMended(): Promise<void>;
}

const scenarios: Record<string, Scenario> = {
  "a first deploy": { victims: deploys, prepare: tearDownAgain, assertMended: assertNewStack },
  "an update": { victims: deploys, prepare: changeByHand, assertMended: assertItemKept },
  "a teardown": { victims: teardowns, prepare: deployWithItem, assertMended: assertCleared },
};

/** Where to kill, as long as there are requests. */
function* kills(): Generator<Kill> {
  const first = ALL ? 1 : 1 + Math.floor(Math.random() * STEP);
  for (let request = first, turn = first; ; request += STEP, turn++) {
    if (ALL || turn % 2 === 0) yield { request, after: false };
    if (ALL || turn % 2 === 1) yield { request, after: true };
  }
}

/** Kills at one request after the other, until a run ends before it has come so far. Returns how many it has killed. */
async function killAll({ victims, prepare, assertMended }: Scenario): Promise<number> {
  let killed = 0;
  for (const kill of kills()) {
    await prepare();
    const end = await aws.run(victims.take(), kill);
    if (end.kind === "exited") {
      assert.equal(end.code, 0, end.stderr);
      return killed;
    }
    const where = `killed ${kill.after ? "after" : "before"} request ${kill.request}, ${end.at}`;
    await assertMended().catch(cause => {
      throw new Error(`${where}: not mended`, { cause });
    });
    killed++;
  }
  return killed;
}

describe("real processes, killed", { concurrency: false }, () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    test(`${name} is mended by running again`, async t => {
      const killed = await killAll(scenario);

      t.diagnostic(`${killed} processes killed`);
      assert.ok(killed >= (ALL ? 50 : 4), `only ${killed} processes were killed`);
    });
  }
});
