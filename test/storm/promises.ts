/** What deploy and teardown promise, each as something that a seed can break. */
import assert from "node:assert/strict";
import { GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import { DescribeTableCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import { allowed } from "../../dev/agreement.ts";
import type { Deployed } from "../../ensure.ts";
import type { TornDown } from "../../remove.ts";
import { stack } from "../../stack.ts";
import { foreign } from "../shared/foreign.ts";
import { type Ended, NAME, REGION, type Simulation, writesIn } from "./simulation.ts";

/** Throws when the promise is broken. */
export type Promised = (simulation: Simulation) => Promise<void>;

/** Runs that a deploy may take in any weather. */
const RUNS = 5;

/** An ended run must have done its work. */
export function done<T>(ended: Ended<T>): T {
  if (ended.kind === "failed") throw new Error("a run failed in fine weather", { cause: ended.error });
  assert.equal(ended.kind, "done");
  return (ended as { result: T }).result;
}

/** After the weather, one deploy mends what is left to mend, and the next only reads. */
export async function assertMended(simulation: Simulation): Promise<Deployed> {
  simulation.clear();
  done(await simulation.settle(simulation.deploy()));
  return assertSettled(simulation);
}

async function assertSettled(simulation: Simulation): Promise<Deployed> {
  simulation.aws.calls.length = 0;
  const deployed = done(await simulation.settle(simulation.deploy()));
  assert.deepEqual(new Set(deployed.resources.map(({ outcome }) => outcome)), new Set(["unchanged"]));
  assert.deepEqual(writesIn(simulation.aws.calls), []);
  await assertAnswers(simulation, deployed);
  const { items } = await simulation.settle(simulation.clients().apigateway.send(new GetRestApisCommand({})));
  assert.equal(items!.length, 1);
  assertWhole(simulation, items![0]!.id!);
  return deployed;
}

/** As much of an API, as the local AWS keeps it, as says what each deployment holds: AWS does not tell that. */
interface KeptApi {
  stages: Record<string, { deploymentId: string }>;
  deployments: Record<
    string,
    { snapshot: { resources: Record<string, KeptRoute>; gatewayResponses: object } }
  >;
}
interface KeptRoute {
  path: string;
  methods: Record<string, { methodIntegration?: { type: string; integrationResponses?: object } }>;
}

/** What the stage shows is what deploy wants: no snapshot of routes that were just being rewritten. */
function assertWhole({ aws }: Simulation, apiId: string): void {
  const { apis } = aws.contents()[`apigateway:${REGION}`] as { apis: Record<string, KeptApi> };
  const { stages, deployments } = apis[apiId]!;
  const { resources, gatewayResponses } = deployments[stages.prod!.deploymentId]!.snapshot;
  const items = Object.values(resources).find(({ path }) => path === "/items")!;
  const { ANY, OPTIONS, ...toFunction } = items.methods;
  assert.deepEqual(Object.keys(toFunction).sort(), allowed().methods.sort());
  assert.ok(
    Object.values(toFunction).every(({ methodIntegration }) => methodIntegration?.type === "AWS_PROXY"),
  );
  const answers = [ANY, OPTIONS].map(method => method!.methodIntegration!.integrationResponses);
  assert.deepEqual(
    answers.map(answer => Object.keys(answer ?? {})),
    [["405"], ["204"]],
  );
  assert.equal(Object.keys(gatewayResponses).length, 4);
}

/** The page that is there now asks an API that answers it. */
async function assertAnswers(simulation: Simulation, { siteUrl }: Deployed): Promise<void> {
  const page = await simulation.ask("GET", siteUrl);
  assert.equal(page.status, 200);
  const api = /href="([^"]+)"/.exec(Buffer.from(page.body).toString())![1]!;
  const preflight = await simulation.ask("OPTIONS", api);
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers["access-control-allow-origin"], new URL(siteUrl).origin);
}

/** A teardown in fine weather leaves nothing, whatever was there. */
export async function assertCleared(simulation: Simulation): Promise<void> {
  simulation.clear();
  const confirm = async () => true;
  const { resources } = done(await simulation.settle(simulation.teardown({ confirm })));
  assert.deepEqual(
    resources.filter(({ outcome }) => outcome === "failed" || outcome === "skipped"),
    [],
  );
  assert.deepEqual(simulation.existing(), {});
}

const someKill = ({ random }: Simulation, most: number) => ({
  call: 1 + Math.floor(random() * most),
  after: random() < 0.5,
});

const converges: Promised = async simulation => {
  simulation.storm();
  let runs = 1;
  const errors: Error[] = [];
  for (; ; runs++) {
    const ended = await simulation.settle(simulation.deploy());
    if (ended.kind === "done") break;
    if (ended.kind === "failed") errors.push(ended.error);
    if (runs === RUNS) throw new Error(`not deployed after ${RUNS} runs`, { cause: errors });
  }
  await assertUsable(simulation);
  simulation.clear();
  await assertSettled(simulation);
};

/** A deploy that has ended waited until what it made can be used. */
async function assertUsable(simulation: Simulation): Promise<void> {
  simulation.calm();
  const { dynamodb, lambda } = simulation.clients();
  const table = dynamodb.send(new DescribeTableCommand({ TableName: NAME }));
  const { Configuration } = await simulation.settle(
    lambda.send(new GetFunctionCommand({ FunctionName: NAME })),
  );
  assert.equal((await simulation.settle(table)).Table!.TableStatus, "ACTIVE");
  assert.deepEqual([Configuration!.State, Configuration!.LastUpdateStatus], ["Active", "Successful"]);
}

const isMendedWhenKilled: Promised = async simulation => {
  if (simulation.random() < 0.5) {
    done(await simulation.settle(simulation.deploy()));
    await simulation.drift();
  }
  simulation.storm();
  await simulation.settle(simulation.deploy({}, someKill(simulation, 50)));
  await simulation.settle(simulation.deploy({}, someKill(simulation, 50)));
  await assertMended(simulation);
};

const leavesNothing: Promised = async simulation => {
  simulation.storm();
  await simulation.settle(simulation.deploy({}, someKill(simulation, 60)));
  const confirm = async () => true;
  await simulation.settle(simulation.teardown({ confirm }, someKill(simulation, 30)));
  await assertCleared(simulation);
};

const sparesOthers: Promised = async simulation => {
  const plants = Object.values(foreign);
  const plant = plants[Math.floor(simulation.random() * plants.length)]!;
  const { account } = simulation.aws;
  const wanted = stack({ name: NAME, account, region: REGION, partition: "aws" });
  await simulation.settle(plant(simulation.clients(), wanted));
  simulation.clear();
  simulation.storm();
  const before = simulation.existing();
  const runs: (() => Promise<Ended<Deployed | TornDown>>)[] = [
    () => simulation.deploy(),
    () => simulation.teardown({ confirm: async () => true }),
  ];
  for (const run of runs) {
    const ended = await simulation.settle(run());
    assert.equal(ended.kind, "failed");
    assert.deepEqual(simulation.existing(), before);
  }
};

const keepsData: Promised = async simulation => {
  done(await simulation.settle(simulation.deploy()));
  const clients = simulation.clients();
  const items = ["café", "\u202e💾", "a".repeat(256)].map(id => ({ id: { S: id }, value: { S: `${id} ` } }));
  for (const Item of items) {
    await simulation.settle(clients.dynamodb.send(new PutItemCommand({ TableName: NAME, Item })));
  }
  for (let step = 0; step < 5; step++) {
    simulation.storm();
    if (simulation.random() < 0.3) await simulation.drift();
    await simulation.settle(anyRun(simulation));
    simulation.clear();
  }
  await assertMended(simulation);
  for (const Item of items) {
    const kept = clients.dynamodb.send(new GetItemCommand({ TableName: NAME, Key: { id: Item.id } }));
    assert.deepEqual((await simulation.settle(kept)).Item, Item);
  }
};

/** A deploy, or a teardown that was told to keep the data or not told that it may go; killed now and then. */
function anyRun(simulation: Simulation): Promise<Ended<unknown>> {
  const kill = simulation.random() < 0.5 ? someKill(simulation, 30) : undefined;
  if (simulation.random() < 0.4) return simulation.deploy({}, kill);
  const told = simulation.random() < 0.7 ? { keepData: true, confirm: async () => true } : {};
  return simulation.teardown(told, kill);
}

const bearsTwoAtOnce: Promised = async simulation => {
  if (simulation.random() < 0.3) done(await simulation.settle(simulation.deploy()));
  if (simulation.random() < 0.3) await simulation.drift();
  if (simulation.random() < 0.8) simulation.storm();
  const other =
    simulation.random() < 0.7 ? simulation.deploy() : simulation.teardown({ confirm: async () => true });
  await simulation.settle(Promise.all([simulation.deploy(), other]));
  await assertMended(simulation);
};

/** The promises, by the sentence that each makes true. */
export const promises: Record<string, Promised> = {
  "deploy converges in any weather": converges,
  "a killed deploy is mended by the next": isMendedWhenKilled,
  "a teardown leaves nothing of any half-built state": leavesNothing,
  "nothing of somebody else's changes": sparesOthers,
  "no item is lost": keepsData,
  "two at once end well": bearsTwoAtOnce,
};
