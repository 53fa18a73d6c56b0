/**
 * A run that is killed at any of its calls, before the call or after its effect, is mended by running again.
 *
 * `npm test` kills the upgrade, which takes longest to mend, at every fourth call, from a first one that changes with
 * each run; `npm run kills` at every call.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { stack } from "../../stack.ts";
import { becomeVersionOne, oldOrigin, withOldOrigin } from "../shared/version-one.ts";
import { assertCleared, assertMended, done } from "./promises.ts";
import { type Ended, type Kill, NAME, REGION, Simulation } from "./simulation.ts";

const ALL = process.argv.includes("--all");

interface Scenario {
  /** Makes the state that the killed run finds. */
  prepare(simulation: Simulation): Promise<unknown>;
  run(simulation: Simulation, kill?: Kill): Promise<Ended<unknown>>;
  mended(simulation: Simulation): Promise<unknown>;
  /** Every how many calls `npm test` kills. */
  step?: number;
}

const confirm = async () => true;
const deployed = async (simulation: Simulation) => done(await simulation.settle(simulation.deploy()));

const Item = { id: { S: "kept" }, value: { S: "since 1.0" } };
const stackOf = ({ aws: { account } }: Simulation) =>
  stack({ name: NAME, account, region: REGION, partition: "aws" });

async function deployVersionOne(simulation: Simulation): Promise<void> {
  const wanted = stackOf(simulation);
  const aws = withOldOrigin(simulation.connected(), wanted);
  const { apiUrl } = done(await simulation.settle(simulation.deploy({ aws })));
  const { sdk } = aws;
  await simulation.settle(becomeVersionOne(sdk, wanted, `<a href="${apiUrl}">API</a>`));
  await simulation.settle(sdk.dynamodb.send(new PutItemCommand({ TableName: NAME, Item })));
  simulation.clear();
}

/** As far as one deploy comes, then what waits for AWS to have made the first step. */
async function assertUpgraded(simulation: Simulation): Promise<void> {
  await deployed(simulation);
  const { siteUrl } = await assertMended(simulation);
  const { apigateway, dynamodb } = simulation.clients();
  const { items } = await simulation.settle(apigateway.send(new GetRestApisCommand({})));
  assert.equal(items![0]!.endpointAccessMode, "STRICT");
  const kept = dynamodb.send(new GetItemCommand({ TableName: NAME, Key: { id: Item.id } }));
  assert.deepEqual((await simulation.settle(kept)).Item, Item);
  const old = await simulation.ask("GET", `${oldOrigin(stackOf(simulation))}/`);
  assert.deepEqual([old.status, old.headers.location], [302, siteUrl]);
}

const scenarios: Record<string, Scenario> = {
  "a first deploy": {
    prepare: async () => {},
    run: (simulation, kill) => simulation.deploy({}, kill),
    mended: assertMended,
  },
  "an update": {
    async prepare(simulation) {
      await deployed(simulation);
      await simulation.drift(() => true);
    },
    run: (simulation, kill) => simulation.deploy({}, kill),
    mended: assertMended,
  },
  "a teardown": {
    prepare: deployed,
    run: (simulation, kill) => simulation.teardown({ confirm }, kill),
    mended: assertCleared,
  },
  "an upgrade of version 1.0": {
    prepare: deployVersionOne,
    run: (simulation, kill) => simulation.deploy({}, kill),
    mended: assertUpgraded,
    step: 4,
  },
};

async function inSimulation<T>(work: (simulation: Simulation) => Promise<T>): Promise<T> {
  const simulation = await Simulation.start(1);
  try {
    return await work(simulation);
  } finally {
    await simulation.close();
  }
}

async function callsOf({ prepare, run }: Scenario): Promise<number> {
  return inSimulation(async simulation => {
    await prepare(simulation);
    const before = simulation.calls;
    done(await simulation.settle(run(simulation)));
    return simulation.calls - before;
  });
}

/** Where to kill: at every call or, where it would take too long, at some. */
function killsAmong(calls: number, step: number): Kill[] {
  const some = Array.from({ length: calls }, (_, index) => index + 1);
  const first = Math.floor(Math.random() * step);
  return some
    .filter(call => call % step === first)
    .flatMap(call => [false, true].map(after => ({ call, after })));
}

describe("killed at every call,", () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    test(`${name} is mended by running again`, async () => {
      const calls = await callsOf(scenario);
      assert.ok(calls > 15, `${name} has only ${calls} calls`);
      for (const kill of killsAmong(calls, ALL ? 1 : (scenario.step ?? 1))) {
        await inSimulation(async simulation => {
          await scenario.prepare(simulation);
          const { kind } = await simulation.settle(scenario.run(simulation, kill));
          assert.equal(kind, "killed");
          await scenario.mended(simulation);
        });
      }
    });
  }
});

describe("a deployment that no stage shows,", () => {
  test("left by a first deploy that was killed, goes with the next change", async () => {
    await inSimulation(async simulation => {
      await killAfter("CreateDeployment", simulation);
      await deployed(simulation);
      const left = deploymentsIn(simulation);
      await simulation.drift(() => true);

      await deployed(simulation);

      assert.equal(left, 2);
      assert.equal(deploymentsIn(simulation), 1);
    });
  });
});

/** Begins first deploys and kills each at a later call, until one has ended after that operation. */
async function killAfter(operation: string, simulation: Simulation): Promise<void> {
  for (let call = 1; ; call++) {
    const { kind } = await simulation.settle(simulation.deploy({}, { call, after: true }));
    assert.equal(kind, "killed");
    if (simulation.aws.calls.at(-1)?.operation === operation) return;
    await assertCleared(simulation);
  }
}

function deploymentsIn({ aws }: Simulation): number {
  const { apis } = aws.contents()[`apigateway:${REGION}`] as {
    apis: Record<string, { deployments: object }>;
  };
  return Object.values(apis).reduce((sum, { deployments }) => sum + Object.keys(deployments).length, 0);
}
