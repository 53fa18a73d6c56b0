/**
 * What AWS does to its callers on a bad day: latency, throttling, failures before and after the effect, states
 * that last, reads that lag behind writes. All of it by one source of chance, so that the same day can be had again.
 */
import { type Around, ConnectionCut } from "./aws.ts";
import { CLEAR, type Climate } from "./climate.ts";
import { AwsError, isRead, type Service, type WireResponse } from "./service.ts";
import { World } from "./world.ts";

/**
 * Services whose reads may lag. An object of S3 never does; a list of APIs that misses one makes a deploy create
 * a second API, which the next deploy removes: that costs a run that writes, so it is left out here.
 */
const LAGGING = new Set(["apigateway", "iam", "lambda", "logs", "s3"]);
const NEVER_LATE = /Object|RestApis/;

/** A deleted bucket's name, and a policy after Block Public Access was lifted, are refused for this long. */
const SETTLING = 3000;

interface Memory {
  at: number;
  /** What the services held until then. */
  data: Record<string, unknown>;
}

/** Weather over one local AWS: `startAws({ weather })`. It changes nothing until a climate is set. */
export class Weather {
  readonly #random: () => number;
  #climate = CLEAR;
  #world: World | undefined;
  #services = new Map<string, Service>();
  #past: Memory[] = [];
  readonly #last = new Map<string, number>();
  /** How often each kind of fault has struck. */
  readonly faults: Record<string, number> = {};

  /** @param random numbers from 0 to 1: by chance, or from a seed to have the same weather again */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Lets a climate reign from now on. */
  set(climate: Climate): void {
    this.#climate = climate;
    if (this.#world) this.#letStatesLast(this.#world);
  }

  /** Comes over a world and its services, with the climate that is set. */
  over(world: World, services: readonly Service[]): Around {
    this.#world = world;
    world.isThrottling = () => this.#random() < (this.#climate.gateway ?? 0);
    this.#services = new Map(services.map(service => [service.name, service]));
    this.#letStatesLast(world);
    return this.#around;
  }

  #letStatesLast(world: World): void {
    const state = () => this.#random() * this.#climate.states;
    Object.assign(world.timing, {
      roleAssumable: state(),
      table: state(),
      function: state(),
      stage: state(),
      api: state(),
    });
  }

  readonly #around: Around = async (call, run) => {
    const { latency, throttling, failures } = this.#over(call);
    if (latency > 0) await new Promise(resolve => setTimeout(resolve, this.#random() * latency));
    this.#assertWithinQuota(call);
    if (this.#climate.strangers && call.by === "role") throw this.#unknown();
    if (this.#random() < throttling) throw this.#throttled(call.service);
    const failing = this.#random() < failures;
    const early = this.#random() < 0.5;
    if (failing && early) this.#fail(call.operation, "before");
    this.#assertSettled(call);
    const response = isRead(call.operation) ? await this.#read(call, run) : await this.#write(call, run);
    if (failing) this.#fail(call.operation, "after");
    return response;
  };

  /** What of the climate reigns over a call. */
  #over({ service }: { service: string }): Climate {
    const { only = service } = this.#climate;
    return only === service ? this.#climate : CLEAR;
  }

  #count(fault: string): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1;
  }

  #unknown(): AwsError {
    this.#count("role not known yet");
    return new AwsError(
      "UnrecognizedClientException",
      400,
      "The security token included in the request is invalid.",
    );
  }

  #throttled(service: string, retryAfter?: number): AwsError {
    this.#count("throttled");
    return this.#services
      .get(service)!
      .refusals.throttled(retryAfter ? { "retry-after": `${retryAfter}` } : {});
  }

  #assertWithinQuota({
    service,
    operation,
    region,
  }: {
    service: string;
    operation: string;
    region: string;
  }): void {
    const interval = this.#services.get(service)!.quotas?.[operation];
    if (!this.#climate.quotas || interval === undefined) return;
    const key = `${region} ${operation}`;
    const since = Date.now() - (this.#last.get(key) ?? Number.NEGATIVE_INFINITY);
    if (since < interval) throw this.#throttled(service, operation === "DeleteRestApi" ? 30 : undefined);
    this.#last.set(key, Date.now());
  }

  #fail(operation: string, when: "before" | "after"): never {
    const cut = this.#random() < 0.5;
    this.#count(`${cut ? "connection cut" : "500"} ${when} ${isRead(operation) ? "a read" : "the effect"}`);
    if (cut) throw new ConnectionCut("weather");
    throw new AwsError(
      "InternalFailure",
      500,
      "The request processing has failed because of an unknown error.",
    );
  }

  /** S3 refuses for some seconds what follows too soon upon a change. */
  #assertSettled({
    service,
    operation,
    input,
  }: {
    service: string;
    operation: string;
    input: { Bucket?: string };
  }): void {
    if (service !== "s3" || this.#climate.lag === 0) return;
    const since = (earlier: string) => Date.now() - (this.#last.get(`${earlier} ${input.Bucket}`) ?? 0);
    if (operation === "CreateBucket" && since("DeleteBucket") < SETTLING) {
      this.#count("operation aborted");
      throw new AwsError(
        "OperationAborted",
        409,
        "A conflicting conditional operation is currently in progress.",
      );
    }
    if (operation === "PutBucketPolicy" && since("PutPublicAccessBlock") < SETTLING) {
      this.#count("block not lifted yet");
      throw new AwsError("AccessDenied", 403, "Access Denied because public policies are blocked");
    }
    this.#last.set(`${operation} ${input.Bucket}`, Date.now());
  }

  async #write({ service }: { service: string }, run: () => Promise<WireResponse>): Promise<WireResponse> {
    if (this.#climate.lag > 0 && LAGGING.has(service)) {
      this.#past = this.#past.filter(({ at }) => at > Date.now() - this.#climate.lag);
      this.#past.push({ at: Date.now(), data: structuredClone(this.#world!.toJSON()) });
    }
    return run();
  }

  /** Answers from the world as it was a while ago, now and then. */
  #read(
    { service, operation }: { service: string; operation: string },
    run: (world?: World) => Promise<WireResponse>,
  ): Promise<WireResponse> {
    if (this.#climate.lag === 0 || !LAGGING.has(service) || NEVER_LATE.test(operation)) return run();
    const seenAt = Date.now() - this.#random() * this.#climate.lag;
    const memory = this.#random() < 0.5 ? this.#past.find(({ at }) => at >= seenAt) : undefined;
    if (!memory) return run();
    this.#count("stale read");
    return run(new World(this.#world!.account, memory.data));
  }
}
