/** Creates the stack on AWS, or changes what differs from stack.ts: `npx tsx deploy.ts --help`. */

import "./command/node-version.mjs";
import { buildFunction } from "./bundle/function.ts";
import { buildPage } from "./bundle/page.ts";
import { isMain, runCommand } from "./command/command-line.ts";
import { planText } from "./command/progress.ts";
import { type Aws, connect, identify } from "./converge/aws.ts";
import { plan, type Resource } from "./converge/resource.ts";
import { untilItAnswers } from "./converge/smoke.ts";
import { failureOf, type Progress, type Result, Steps, silent } from "./converge/steps.ts";
import { apiUrl, siteUrl } from "./converge/urls.ts";
import { type Api, restApi } from "./resources/api.ts";
import { bucket } from "./resources/bucket.ts";
import { type FunctionParts, lambdaFunction } from "./resources/function.ts";
import { logGroup } from "./resources/logs.ts";
import { page } from "./resources/page.ts";
import { permission } from "./resources/permission.ts";
import { role } from "./resources/role.ts";
import { routes } from "./resources/routes.ts";
import { stage } from "./resources/stage.ts";
import { table } from "./resources/table.ts";
import { type Stack, stack } from "./stack.ts";

export interface DeployOptions {
  name: string;
  region: string;
  /** Say what would be done, and do nothing. */
  dryRun?: boolean;
  progress?: Progress;
  aws?: Aws;
  /** What builds the function and the page. */
  build?: typeof fromSources;
}

const fromSources = { code: buildFunction, page: buildPage };

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
}

/**
 * Makes everything as stack.ts says: reads what exists, writes the differences, waits until the API answers.
 * @throws Refusal, before anything is written, when a resource of this name is not ours; what failed, once
 *   everything that does not depend on it is done
 */
export async function deploy({ name, region, ...options }: DeployOptions): Promise<Deployed> {
  const { dryRun = false, progress = silent, aws = connect(region), build = fromSources } = options;
  const started = performance.now();
  const code = build.code();
  code.catch(() => {}); // a failed build is told by the step that needs it, which may not have begun yet
  const { account, partition, caller } = await progress.during(
    "Asking whose credentials these are",
    identify(aws),
  );
  const action = dryRun ? "Looking at" : "Deploying";
  progress.begin({ action, name, account, region, caller, endpoint: aws.endpoint });

  const wanted = stack({ name, account, region, partition });
  const site = siteUrl(aws, wanted.bucket.name);
  const api = restApi(aws, wanted);
  const url = async () => apiUrl(aws, (await api.id()) ?? "new-api", wanted.api.stageName, wanted.api.path);
  const html = async () => build.page(await url());
  const steps = stepsOf(aws, wanted, { code, html, api, allowedOrigin: new URL(site).origin });

  const planned = await progress.during("Looking at what exists", steps.look());
  const resources = dryRun ? planned : await steps.carryOut(progress);
  const failure = failureOf(resources);
  if (failure) throw failure;
  if (!dryRun && mayNotAnswerYet(resources))
    progress.note(await progress.during("Waiting for the API to answer", untilItAnswers(await url())));
  const ms = Math.round(performance.now() - started);
  return { name, account, region, siteUrl: site, apiUrl: await url(), resources, ms };
}

interface Parts extends Omit<FunctionParts, "role"> {
  api: Api;
  html: () => Promise<string>;
}

/** Every resource, each after those that must be there before it. From here on they are looked at. */
function stepsOf(aws: Aws, wanted: Stack, { code, html, api, allowedOrigin }: Parts) {
  const theRole = role(aws, wanted);
  const theFunction = lambdaFunction(aws, wanted, { code, allowedOrigin, role: theRole });
  const theRoutes = routes(aws, wanted, allowedOrigin, api);

  const steps = new Steps<Resource<unknown>>(plan);
  const roleStep = steps.add(theRole);
  const apiStep = steps.add(api);
  const bucketStep = steps.add(bucket(aws, wanted));
  steps.add(table(aws, wanted));
  steps.add(logGroup(aws, wanted));
  const functionStep = steps.add(theFunction, roleStep);
  const permissionStep = steps.add(permission(aws, wanted, api), functionStep, apiStep);
  const routesStep = steps.add(theRoutes, apiStep);
  const stageStep = steps.add(stage(aws, wanted, allowedOrigin, api, theRoutes), routesStep);
  steps.add(page(aws, wanted, html), bucketStep, stageStep, permissionStep);
  return steps;
}

/** What was changed may take time to reach every server; the page is there at once. */
const mayNotAnswerYet = (resources: Result[]) =>
  resources.some(({ type, outcome }) => outcome !== "unchanged" && type !== "page");

const whatNext = ({ siteUrl, apiUrl }: Deployed) => `
Page  ${siteUrl}
API   ${apiUrl}
Try   curl -X POST '${apiUrl}?id=1&value=hello'`;

const usage = `Usage: npx tsx deploy.ts [options]

Creates the stack on AWS, or changes what differs from stack.ts.

Options:
  --name <name>      the stack's name (default: dynamosync)
  --region <region>  where (default: AWS_REGION, or the profile's region)
  --dry-run          say what would be created or changed, and change nothing
  --explain          show each call to AWS as the aws command that does the same
  --json             print the result as one JSON object
  --help             show this help

Credentials and endpoints come from the SDK's environment variables: AWS_PROFILE, AWS_ENDPOINT_URL, ...
`;

if (isMain(import.meta.url)) {
  await runCommand({
    usage,
    flags: ["dry-run"],
    async run({ flags, json, ...options }) {
      const dryRun = flags["dry-run"];
      const deployed = await deploy({ ...options, dryRun });
      if (json) console.log(JSON.stringify(deployed));
      else console.log(dryRun ? planText(deployed.resources) : whatNext(deployed));
      return 0;
    },
  });
}
