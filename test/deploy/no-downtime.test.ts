/** Whoever uses the API while it is deployed again and again notices nothing. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { GetStageCommand } from "@aws-sdk/client-api-gateway";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { unzipSync, zipSync } from "fflate";
import { startAws } from "local-aws";
import { buildFunction } from "../../bundle/function.ts";
import { buildPage } from "../../bundle/page.ts";
import { connect } from "../../converge/aws.ts";
import { waitFor } from "../../converge/retry.ts";
import { deploy } from "../../ensure.ts";
import { HEADERS } from "../shared/caller.ts";
import { itemOf, queryOf } from "../shared/items.ts";
import { outcomes } from "./fixture.ts";

const NAME = "steady";
const REGION = "eu-central-1";
const REDEPLOYS = 50;
const USERS = 3;
const REQUESTS_A_REDEPLOY = 10;

const aws = await startAws({ region: REGION, environments: 1 }); // each version of the function starts as many
Object.assign(process.env, aws.environment);
after(() => aws.close());
const connected = connect(REGION);
const { sdk: clients } = connected;
const { "index.mjs": source } = unzipSync((await buildFunction()).zip);

/** What is deployed: the version of the function's code, and which origin the page has. */
interface Version {
  code: number;
  /** The API and the function name it in their answers, so that another one changes both. */
  siteEndpoint: string;
}

function build({ code }: Version) {
  const zip = zipSync({ "index.mjs": Buffer.concat([source!, Buffer.from(`// version ${code}`)]) });
  const sha256 = createHash("sha256").update(zip).digest("base64");
  return { code: async () => ({ zip, sha256 }), page: buildPage };
}

const deployVersion = (version: Version) =>
  deploy({
    name: NAME,
    region: REGION,
    aws: { ...connected, s3Endpoint: version.siteEndpoint },
    build: build(version),
  });

const changeCode = (version: Version) => {
  version.code++;
};

const moveSite = (version: Version) => {
  version.siteEndpoint = version.siteEndpoint === aws.endpoint ? aws.siteEndpoint : aws.endpoint;
};

const configureByHand = () =>
  clients.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: NAME, MemorySize: 1024, Timeout: 9 }),
  );

/** What is changed before each redeploy, by turns, and what the redeploy must then write. */
const turns: { change: (version: Version) => unknown; written: string[] }[] = [
  { change: changeCode, written: ["function"] },
  { change: configureByHand, written: ["function"] },
  { change: moveSite, written: ["function", "routes", "stage"] },
  {
    change: version => [changeCode(version), moveSite(version)],
    written: ["function", "routes", "stage"],
  },
];

interface Log {
  requests: number;
  failures: string[];
}

/** Stores, reads and replaces items until told to stop; below the API's own throttling. */
async function use(apiUrl: string, user: number, log: Log, signal: AbortSignal): Promise<void> {
  const ask = async (method: string, query: string, expected: number) => {
    log.requests++;
    const response = await fetch(`${apiUrl}?${query}`, { method, headers: HEADERS }).catch(
      (error: Error) => error,
    );
    const got = response instanceof Error ? String(response.cause) : response.status;
    if (got !== expected) log.failures.push(`${method} ${query}: ${got} instead of ${expected}`);
    await pause(20);
  };
  for (let id = 0; !signal.aborted; id++) {
    const key = `${user}-${id}`;
    await ask("POST", queryOf(itemOf(key, "1")), 201);
    await ask("GET", queryOf({ id: key }), 200);
    await ask("PUT", queryOf(itemOf(key, "2")), 200);
  }
}

async function liveDeployment(apiUrl: string): Promise<string> {
  const [, restApiId] = /execute-api\/(\w+)/.exec(apiUrl)!;
  return (await clients.apigateway.send(new GetStageCommand({ restApiId, stageName: "prod" }))).deploymentId!;
}

/** Redeploys by turns, each amid further requests; returns the live deployment after each. */
async function redeployAll(version: Version, apiUrl: string, log: Log): Promise<string[]> {
  const deployments: string[] = [];
  for (let redeploy = 0; redeploy < REDEPLOYS; redeploy++) {
    const { change, written } = turns[redeploy % turns.length]!;
    await change(version);
    const { resources } = await deployVersion(version);
    const became = outcomes(resources);
    const updated = ["function", "routes", "stage"].filter(type => became[type] === "updated");
    assert.deepEqual(updated, written);
    deployments.push(await liveDeployment(apiUrl));
    const enough = REQUESTS_A_REDEPLOY * (redeploy + 1);
    await waitFor("further requests", 60, async () => log.requests >= enough || undefined);
  }
  return deployments;
}

test(`no request fails during ${REDEPLOYS} redeploys of code, configuration and API`, async t => {
  const version = { code: 0, siteEndpoint: aws.siteEndpoint };
  const { apiUrl } = await deployVersion(version);
  const log: Log = { requests: 0, failures: [] };
  const stop = new AbortController();
  const users = Array.from({ length: USERS }, (_, user) => use(apiUrl, user, log, stop.signal));

  const deployments = await redeployAll(version, apiUrl, log).finally(() => stop.abort());
  await Promise.all(users);

  t.diagnostic(`${log.requests} requests, ${new Set(deployments).size} deployments of the API`);
  assert.deepEqual(log.failures, []);
  assert.equal(deployments.length, REDEPLOYS);
  assert.equal(new Set(deployments).size, REDEPLOYS / 2);
});
