/**
 * Terraform as a witness: a client that nobody here wrote takes a stack of this project's kind through its life. It
 * needs the terraform command, and the AWS provider in a folder of the layout that `terraform providers mirror` makes,
 * named by TERRAFORM_MIRROR.
 */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { type Aws, startAws } from "../../src/index.ts";
import { zipOf } from "../lambda-world.ts";

const MIRROR = process.env.TERRAFORM_MIRROR;
const FUNCTION = "terraformed";
const CODE = `
  export const handler = async ({ queryStringParameters }) =>
    ({ statusCode: 201, body: JSON.stringify(queryStringParameters) });`;

/** Exit codes of `terraform plan -detailed-exitcode`. */
const NO_DIFFERENCE = 0;
const DIFFERENCE = 2;

function whyNot(): string | false {
  if (!MIRROR) return "TERRAFORM_MIRROR names no folder with the AWS provider";
  return spawnSync("terraform", ["version"]).error ? "there is no terraform command" : false;
}

describe("Terraform", { skip: whyNot() }, () => {
  let aws: Aws;
  let directory: string;

  before(async () => {
    aws = await startAws();
    directory = await mkdtemp(join(tmpdir(), "terraform-"));
    await copyFile(new URL("terraform/main.tf", import.meta.url), join(directory, "main.tf"));
    await writeFile(join(directory, "function.zip"), zipOf({ "index.mjs": CODE }));
    const mirror = `provider_installation {\n  filesystem_mirror { path = ${JSON.stringify(MIRROR)} }\n}\n`;
    await writeFile(join(directory, "terraform.rc"), mirror);
    await done("init");
  });
  after(async () => {
    await aws.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs a command of Terraform's; returns its exit code and all that it has said. */
  function run(command: string, ...args: string[]): Promise<{ code: number; said: string }> {
    const { PATH } = process.env;
    const env = {
      PATH,
      HOME: directory,
      CHECKPOINT_DISABLE: "1",
      TF_INPUT: "0",
      TF_CLI_CONFIG_FILE: join(directory, "terraform.rc"),
      TF_VAR_endpoint: aws.endpoint,
      TF_VAR_site_endpoint: aws.siteEndpoint,
      ...aws.environment,
    };
    return new Promise(resolve => {
      const all = [command, "-no-color", ...args];
      execFile("terraform", all, { cwd: directory, env, maxBuffer: 1e8 }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
      );
    });
  }

  async function done(command: string, ...args: string[]): Promise<string> {
    const { code, said } = await run(command, ...args);
    assert.equal(code, 0, said);
    return said;
  }

  const assertNothingToDo = async (...variables: string[]) => {
    const { code, said } = await run("plan", "-detailed-exitcode", ...variables);
    assert.equal(code, NO_DIFFERENCE, said);
  };

  test("applies a stack, and finds nothing to do after that", async () => {
    const said = await done("apply", "-auto-approve");

    assert.match(said, /Apply complete! Resources: 27 added/);
    await assertNothingToDo();
  });

  test("makes an API that the function answers", async () => {
    const path = new URL(JSON.parse(await done("output", "-json")).api_url.value);
    const api = path.hostname.split(".")[0];

    const answer = await fetch(`${aws.endpoint}/_aws/execute-api/${api}/prod/items?id=1`, { method: "POST" });

    assert.deepEqual([answer.status, await answer.json()], [201, { id: "1" }]);
  });

  test("sees what somebody has changed by hand, and repairs it", async () => {
    const { endpoint, region, accessKeyId, secretAccessKey } = aws;
    const lambda = new LambdaClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: FUNCTION, MemorySize: 128 }));

    const { code } = await run("plan", "-detailed-exitcode");
    await done("apply", "-auto-approve");

    const repaired = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: FUNCTION }));
    assert.deepEqual([code, repaired.MemorySize], [DIFFERENCE, 512]);
  });

  test("updates settings and the page in place", async () => {
    const variables = ["-var=retention_days=30", "-var=page=another page"];

    const said = await done("apply", "-auto-approve", ...variables);

    assert.match(said, /Resources: 0 added, 2 changed, 0 destroyed/);
    await assertNothingToDo(...variables);
  });

  test("destroys all of it; nothing is left", async () => {
    const said = await done("destroy", "-auto-approve");

    assert.match(said, /Destroy complete! Resources: 27 destroyed/);
    const { keys, ...data } = aws.contents();
    assert.ok(!JSON.stringify(data).includes(FUNCTION), JSON.stringify(data, null, 1));
  });

  test("was refused nothing on the way", () => {
    // What is not there is a 404, of DynamoDB a 400: Terraform waits for its table to be gone.
    const refused = aws.calls.filter(
      ({ status, operation }) => status >= 400 && status !== 404 && operation !== "DescribeTable",
    );

    assert.deepEqual(refused, []);
  });
});
