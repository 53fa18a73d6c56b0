/**
 * A world of its own for one seed: the local AWS in this process, weather over it, time that is virtual, and
 * runs of deploy and teardown that can be killed at any call. The same seed goes the same way.
 */
import {
  CreateDeploymentCommand,
  DeleteMethodCommand,
  GetResourcesCommand,
  GetRestApisCommand,
} from "@aws-sdk/client-api-gateway";
import { UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { DeleteRolePolicyCommand } from "@aws-sdk/client-iam";
import { UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { zipSync } from "fflate";
import {
  type Around,
  type Aws,
  CLEAR,
  type Climate,
  createAws,
  inProcessHandler,
  isRead,
  Weather,
  type WireResponse,
} from "local-aws";
import { buildFunction } from "../../bundle/function.ts";
import { type Clients, type Aws as Connected, connect } from "../../converge/aws.ts";
import { type Deployed, type DeployOptions, deploy } from "../../ensure.ts";
import { type TeardownOptions, type TornDown, teardown } from "../../remove.ts";
import { useNoEndpoint } from "../shared/no-endpoint.ts";
import { randomFrom } from "../shared/random.ts";
import { makeTimeVirtual, settle } from "../shared/virtual-time.ts";

/** No faults; yet states take their time, as on any day. */
const FINE: Climate = { ...CLEAR, states: 10_000 };

/** A climate by chance: from a fine day to a storm. */
function climateFrom(random: () => number): Climate {
  const some = (most: number) => (random() < 0.3 ? 0 : random() * most);
  return {
    latency: some(400),
    throttling: some(0.25),
    failures: some(0.25),
    lag: some(6000),
    states: some(20_000),
    quotas: random() < 0.7,
  };
}

export const REGION = "eu-central-1";
export const NAME = "storm";

/** Built once, before time becomes virtual: what a build costs is not what a storm is about. */
const code = await buildFunction();
const build = { code: async () => code, page: async (apiUrl: string) => `<a href="${apiUrl}">API</a>` };

/** What somebody changes by hand. */
export const byHand: Record<string, (clients: Clients) => Promise<unknown>> = {
  code: ({ lambda }) =>
    lambda.send(
      new UpdateFunctionCodeCommand({
        FunctionName: NAME,
        ZipFile: zipSync({ "index.mjs": Buffer.from("") }),
      }),
    ),
  memory: ({ lambda }) =>
    lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: NAME, MemorySize: 128, Timeout: 3 })),
  method: async ({ apigateway }) => {
    const { items: apis } = await apigateway.send(new GetRestApisCommand({}));
    const restApiId = apis![0]!.id;
    const { items } = await apigateway.send(new GetResourcesCommand({ restApiId }));
    const resourceId = items!.find(({ path }) => path === "/items")!.id;
    await apigateway.send(new DeleteMethodCommand({ restApiId, resourceId, httpMethod: "PUT" }));
    await apigateway.send(new CreateDeploymentCommand({ restApiId, stageName: "prod" }));
  },
  role: ({ iam }) =>
    iam.send(new DeleteRolePolicyCommand({ RoleName: `${NAME}-${REGION}`, PolicyName: "store-items" })),
  protection: ({ dynamodb }) =>
    dynamodb.send(new UpdateTableCommand({ TableName: NAME, DeletionProtectionEnabled: false })),
};

/** Where a run is killed: before its nth call is sent, or after its effect and before its answer. */
export interface Kill {
  call: number;
  after: boolean;
}

export type Ended<T> = { kind: "done"; result: T } | { kind: "failed"; error: Error } | { kind: "killed" };

export class Simulation {
  readonly random: () => number;
  readonly weather: Weather;
  readonly #clock: ReturnType<typeof makeTimeVirtual>;
  readonly #realRandom = Math.random;
  readonly #realFetch = globalThis.fetch;
  aws!: Aws;
  /** How many calls were sent, and how many runs were killed. */
  calls = 0;
  kills = 0;

  private constructor(seed: number) {
    this.random = randomFrom(seed);
    this.weather = new Weather(randomFrom(seed ^ 0x5eed));
    this.#clock = makeTimeVirtual(Date.UTC(2026, 0, 1));
    Math.random = this.random;
  }

  /** @param weather instead of the one that the seed makes */
  static async start(seed: number, weather?: Around): Promise<Simulation> {
    const simulation = new Simulation(seed);
    simulation.aws = await createAws({ region: REGION, weather: weather ?? simulation.weather });
    useNoEndpoint(simulation.aws.environment);
    globalThis.fetch = simulation.#fetch;
    return simulation;
  }

  async close(): Promise<void> {
    this.#clock.uninstall();
    Math.random = this.#realRandom;
    globalThis.fetch = this.#realFetch;
    await this.aws.close();
  }

  /** Some climate by chance, until `clear`. */
  storm(): Climate {
    const climate = climateFrom(this.random);
    this.weather.set(climate);
    return climate;
  }

  /** Fine weather from now on. */
  calm(): void {
    this.weather.set(FINE);
  }

  /** Fine weather; everything that lagged has arrived. */
  clear(): void {
    this.calm();
    this.#clock.tick(120_000);
  }

  /** All that exists under the stack's name, ours or not, by service. */
  existing(): Record<string, unknown> {
    const { keys, ...data } = this.aws.contents();
    return Object.fromEntries(Object.entries(data).filter(([, held]) => JSON.stringify(held).includes(NAME)));
  }

  /** Clients that belong to no run. */
  clients(): Clients {
    return this.connected().sdk;
  }

  connected(): Connected {
    return connect(REGION, { requestHandler: inProcessHandler(this.aws.answer) });
  }

  /** Fine weather; then somebody changes a few settings by hand, where there is something to change. */
  async drift(chosen = () => this.random() < 0.5): Promise<void> {
    this.clear();
    const clients = this.clients();
    const changes = Object.values(byHand).filter(chosen);
    for (const change of changes) await this.settle(change(clients).catch(() => {}));
    this.clear();
  }

  deploy(options: Partial<DeployOptions> = {}, kill?: Kill): Promise<Ended<Deployed>> {
    return this.#run(shared => deploy({ ...shared, build, ...options }).then(answering), kill);
  }

  teardown(options: Partial<TeardownOptions> = {}, kill?: Kill): Promise<Ended<TornDown>> {
    return this.#run(shared => teardown({ ...shared, ...options }), kill);
  }

  /** A browser's request, under AWS's own names. */
  ask(method: string, url: string, headers: Record<string, string> = {}): Promise<WireResponse> {
    const { protocol, host, hostname, pathname, search } = new URL(url);
    const tls = protocol === "https:" ? { serverName: hostname } : undefined;
    const body = Buffer.alloc(0);
    return this.aws.answer({ method, url: pathname + search, headers: { host, ...headers }, body, tls });
  }

  /** Lets time pass until a promise has settled. Waits for nothing but timers. */
  settle<T>(work: Promise<T>): Promise<T> {
    return settle(work, this.#clock);
  }

  /** Starts a process. One that is killed never hears from AWS again. */
  async #run<T>(
    work: (options: { name: string; region: string; aws: Connected }) => Promise<T>,
    kill?: Kill,
  ): Promise<Ended<T>> {
    let die: (end: Ended<T>) => void;
    const killed = new Promise<Ended<T>>(resolve => {
      die = resolve;
    });
    const { handle } = inProcessHandler(this.aws.answer);
    let sent = 0;
    let dead = false;
    const requestHandler = {
      handle: async (request: Parameters<typeof handle>[0]) => {
        if (dead) return forever();
        this.calls++;
        const last = ++sent === kill?.call;
        if (!last) return handle(request);
        if (kill?.after) await handle(request).catch(() => {});
        dead = true;
        this.kills++;
        die({ kind: "killed" });
        return forever();
      },
    };
    const aws = connect(REGION, { requestHandler });
    const ended = work({ name: NAME, region: REGION, aws }).then(
      result => ({ kind: "done" as const, result }),
      error => ({ kind: "failed" as const, error }),
    );
    return Promise.race([ended, killed]);
  }

  /**
   * The network as the deploy's last look at the API sees it. The stage answers by itself (the preflight), and
   * what the function would say is known: nobody has the item.
   */
  readonly #fetch = async (input: string | URL | Request): Promise<Response> => {
    const { status, body } = await this.ask("OPTIONS", String(input));
    if (status !== 204) return new Response(Buffer.from(body), { status });
    return new Response('{"error":{"code":"not_found"}}', { status: 404 });
  };
}

/** Whoever deploys ends with 1 where the API does not answer. */
function answering(deployed: Deployed): Deployed {
  if (deployed.trouble) throw new Error(deployed.trouble.message);
  return deployed;
}

const forever = () => new Promise<never>(() => {});

/** The calls among some that write. */
export const writesIn = (calls: { operation: string }[]) =>
  calls.map(call => call.operation).filter(call => !isRead(call));
