/** Creates the stack on AWS, or changes what differs from stack.ts: `npx tsx deploy.ts --help`. */
import { restApi } from "./resources/api.ts";
import { bucket } from "./resources/bucket.ts";
import { apiUrl, type Clients, connect, identify, siteUrl } from "./resources/clients.ts";
import { isMain, runCommand } from "./resources/command-line.ts";
import { lambdaFunction } from "./resources/function.ts";
import { logGroup } from "./resources/logs.ts";
import { buildPage } from "./resources/page.ts";
import { permission } from "./resources/permission.ts";
import { planText } from "./resources/progress.ts";
import { plan, type Resource } from "./resources/resource.ts";
import { role } from "./resources/role.ts";
import { routes } from "./resources/routes.ts";
import { page } from "./resources/site.ts";
import { untilItAnswers } from "./resources/smoke.ts";
import { stage } from "./resources/stage.ts";
import { type Progress, type Result, Steps, silent } from "./resources/steps.ts";
import { table } from "./resources/table.ts";
import { buildFunction } from "./resources/zip.ts";
import { stack } from "./stack.ts";

export interface DeployOptions {
  name: string;
  region: string;
  /** Say what would be done, and do nothing. */
  dryRun?: boolean;
  progress?: Progress;
  clients?: Clients;
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
 * @throws Refusal, before anything is written, when a resource of this name is not ours
 */
export async function deploy({ name, region, ...options }: DeployOptions): Promise<Deployed> {
  const { dryRun = false, progress = silent, clients = connect(region), build = fromSources } = options;
  const started = performance.now();
  const code = build.code();
  code.catch(() => {}); // a failed build is told by the step that needs it, which may not have begun yet
  const { account, partition, caller } = await identify(clients);
  const wanted = stack({ name, account, region, partition });
  const site = siteUrl(clients, wanted.bucket.name);
  const allowedOrigin = new URL(site).origin;
  const urlOf = (id = "new-api") => apiUrl(clients, id, wanted.api.stageName, wanted.api.path);
  const action = dryRun ? "Looking at" : "Deploying";
  progress.begin({ action, name, account, region, caller, endpoint: clients.endpoint });

  const steps = new Steps<Resource<unknown>>(plan);
  const roleOfFunction = role(clients, wanted);
  const api = restApi(clients, wanted);
  const roleStep = steps.add(roleOfFunction);
  const apiStep = steps.add(api);
  const bucketStep = steps.add(bucket(clients, wanted));
  steps.add(table(clients, wanted));
  steps.add(logGroup(clients, wanted));
  const parts = { code, allowedOrigin, role: roleOfFunction };
  const functionStep = steps.add(lambdaFunction(clients, wanted, parts), roleStep);
  const permissionStep = steps.add(permission(clients, wanted, api), functionStep, apiStep);
  const theRoutes = routes(clients, wanted, allowedOrigin, api);
  const routesStep = steps.add(theRoutes, apiStep);
  const stageStep = steps.add(stage(clients, wanted, allowedOrigin, api, theRoutes), routesStep);
  const html = async () => build.page(urlOf(await api.id()));
  steps.add(page(clients, wanted, html), bucketStep, stageStep, permissionStep);

  const planned = await steps.look();
  const resources = dryRun ? planned : await steps.carryOut(progress);
  for (const { error } of resources) if (error) throw error;
  const url = urlOf(await api.id());
  const mayFail = resources.some(({ type, outcome }) => outcome !== "unchanged" && type !== "page");
  if (mayFail && !dryRun) progress.note(await untilItAnswers(url));
  const ms = Math.round(performance.now() - started);
  return { name, account, region, siteUrl: site, apiUrl: url, resources, ms };
}

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
