/** What deploy.ts does: makes everything on AWS as stack.ts says. */

import { buildFunction } from "./bundle/function.ts";
import { beginPage } from "./bundle/page.ts";
import { type Arguments, tellTrouble } from "./command/command-line.ts";
import { tellPlan } from "./command/plan.ts";
import { whatNext } from "./command/progress.ts";
import { type Aws, connect } from "./converge/aws.ts";
import { begin } from "./converge/begin.ts";
import { type Progress, type Result, silent } from "./converge/progress.ts";
import { type Trouble, untilItAnswers } from "./converge/smoke.ts";
import { failureOf, Steps } from "./converge/steps.ts";
import { apiUrl, siteUrl } from "./converge/urls.ts";
import { restApi } from "./resources/api.ts";
import { websiteBucket } from "./resources/bucket.ts";
import { lambdaFunction } from "./resources/function.ts";
import { logGroup } from "./resources/logs.ts";
import { methods } from "./resources/methods.ts";
import { websitePage } from "./resources/page.ts";
import { invokePermission } from "./resources/permission.ts";
import { executionRole } from "./resources/role.ts";
import { apiRoutes } from "./resources/routes.ts";
import { apiStage } from "./resources/stage.ts";
import { itemTable } from "./resources/table.ts";
import { website } from "./resources/website.ts";
import { type Stack, stack } from "./stack.ts";

export interface DeployOptions {
  name: string;
  region: string;
  /** Say what would be done, and do nothing. */
  dryRun?: boolean;
  progress?: Progress;
  aws?: Aws;
  /** What builds the function and the page. */
  build?: ReturnType<typeof fromSources>;
}

const fromSources = () => ({ code: buildFunction, page: beginPage() });

/** What a deploy has done or, as a dry run, would do. */
export interface Deployed {
  name: string;
  account: string;
  region: string;
  siteUrl: string;
  apiUrl: string;
  resources: Result[];
  /** How long it took, in milliseconds. */
  ms: number;
  /** What keeps the API from answering, though everything is deployed. */
  trouble?: Trouble;
}

/**
 * Makes everything as stack.ts says: reads what exists, writes the differences, waits until the API answers.
 * @throws Refusal, before anything is written, when a resource of this name is not ours; what failed, once
 *   everything that does not depend on it is done
 */
export async function deploy({ name, region, ...options }: DeployOptions): Promise<Deployed> {
  const { dryRun = false, progress = silent, aws = connect(region), build = fromSources() } = options;
  const started = performance.now();
  const code = build.code();
  code.catch(() => {}); // a failed build is told by the step that needs it, which may not have begun yet
  const action = dryRun ? "Looking at" : "Deploying";
  const { account, partition } = await begin(progress, aws, action, name);
  const wanted = stack({ name, account, region, partition });
  const { steps, url } = ensureAll(aws, wanted, { code: () => code, page: build.page });

  const planned = await progress.during("Looking at what exists", steps.look());
  const resources = dryRun ? planned : await steps.carryOut(progress);
  const failure = failureOf(resources);
  if (failure) throw failure;
  const where = { siteUrl: siteUrl(aws, wanted.bucket.name), apiUrl: await url() };
  const trouble = dryRun ? undefined : await untilItAnswers(where.apiUrl, wanted, resources, progress);
  const ms = Math.round(performance.now() - started);
  return { name, account, region, ...where, resources, ms, ...(trouble && { trouble }) };
}

/** Every resource, with those that it needs before it. From here on they are looked at. */
function ensureAll(aws: Aws, wanted: Stack, build: ReturnType<typeof fromSources>) {
  const steps = new Steps();
  const role = steps.ensure(executionRole(aws, wanted));
  const api = steps.ensure(restApi(aws, wanted));
  const bucket = steps.ensure(websiteBucket(aws, wanted));
  steps.ensure(itemTable(aws, wanted));
  steps.ensure(logGroup(aws, wanted));
  const lambda = steps.ensure(lambdaFunction(aws, wanted), { role, code: build.code });
  steps.ensure(website(aws, wanted), { bucket, lambda });
  const permission = steps.ensure(invokePermission(aws, wanted), { lambda, api });
  const routes = steps.ensure(apiRoutes(aws, wanted, methods(aws, wanted)), { api });
  const stage = steps.ensure(apiStage(aws, wanted), { api, routes });

  const { stageName, path } = wanted.api;
  const url = async () => apiUrl(aws, (await api())?.id ?? "new-api", stageName, path);
  const html = async () => build.page(await url());
  steps.ensure(websitePage(aws, wanted), { bucket, stage, permission, html });
  return { steps, url };
}

/** Deploys as the command line says; returns the exit code. */
export async function run({ flags, json, ...options }: Arguments): Promise<number> {
  const dryRun = flags["dry-run"];
  const deployed = await deploy({ ...options, dryRun });
  if (dryRun) return tellPlan(deployed, json, flags);
  if (json) console.log(JSON.stringify(deployed));
  else console.log(whatNext(deployed));
  return tellTrouble(deployed.trouble);
}
