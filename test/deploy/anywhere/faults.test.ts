/** Deploy and teardown against an endpoint that throttles, fails and hangs up. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { isRead } from "local-aws";
import { connect } from "../../../converge/aws.ts";
import { deploy } from "../../../ensure.ts";
import { teardown } from "../../../remove.ts";
import { startFaultProxy } from "../fault-proxy.ts";
import { record, useAws } from "../fixture.ts";

/**
 * What moto does when a call whose answer was lost is repeated, and AWS does not: CreateBucket has dropped the tags,
 * so that the bucket is nobody's; a second DeleteRestApi is a 500; a second AddPermission adds the statement again.
 */
const UNREPEATABLE = [
  /^PUT \/[^/?]+\/?$/,
  /^DELETE \/restapis\/\w+$/,
  /^POST \/2015-03-31\/functions\/[^/]+\/policy/,
];

const spared = process.env.AWS_ENDPOINT_URL ? UNREPEATABLE : [];
const { region, newName, listed } = await useAws();
const proxy = await startFaultProxy(process.env.AWS_ENDPOINT_URL!, spared);
after(() => proxy.close());
process.env.AWS_ENDPOINT_URL = proxy.endpoint;
process.env.AWS_ENDPOINT_URL_S3 = proxy.endpoint;
const aws = connect(region);
const calls: string[] = [];
record(aws, calls);

/** FAULT_SEEDS="1 2 3" goes through more. */
const seeds = (process.env.FAULT_SEEDS ?? "1").split(" ").map(Number);
const RATE = 1 / 6;

/** Runs that a deploy or a teardown may take in any weather. */
const RUNS = 5;

/** Runs it until it succeeds; returns how many runs that took. */
async function runsUntil(succeeds: () => Promise<boolean>): Promise<number> {
  const errors: unknown[] = [];
  for (let run = 1; run <= RUNS; run++) {
    const succeeded = await succeeds().catch(error => errors.push(error) === 0);
    if (succeeded) return run;
  }
  throw new Error(`It has not succeeded in ${RUNS} runs.`, { cause: errors });
}

const deployed = async (name: string) => Boolean(await deploy({ name, region, aws }));

async function tornDown(name: string): Promise<boolean> {
  const { resources } = await teardown({ name, region, aws });
  return resources.every(({ outcome }) => outcome === "removed" || outcome === "absent");
}

const total = (faults: Record<string, number>) =>
  Object.values(faults).reduce((sum, times) => sum + times, 0);

describe("with one call in six throttled, failing or cut off,", () => {
  for (const seed of seeds) {
    test(`deploy converges, the next only reads, and teardown leaves nothing (seed ${seed})`, async t => {
      const name = newName();

      proxy.storm(seed, RATE);
      const deploys = await runsUntil(() => deployed(name));
      const faults = [proxy.faults];
      proxy.calm();
      calls.length = 0;
      const { resources } = await deploy({ name, region, aws });
      const writes = calls.filter(call => !isRead(call));
      proxy.storm(seed + 1000, RATE);
      const teardowns = await runsUntil(() => tornDown(name));
      faults.push(proxy.faults);
      proxy.calm();

      t.diagnostic(`${deploys} deploys, ${teardowns} teardowns, ${JSON.stringify(faults)}`);
      assert.deepEqual(
        resources.filter(({ outcome }) => outcome !== "unchanged"),
        [],
      );
      assert.deepEqual(writes, []);
      assert.deepEqual(await listed(name), []);
      assert.ok(faults.map(total).reduce((sum, times) => sum + times) >= 3, "there was no weather");
    });
  }
});
