/** What npm start tells of a request that came to nothing. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { startAws } from "local-aws";
import { connect } from "../../converge/aws.ts";
import { reasonsOf } from "../../dev/reasons.ts";
import { deploy } from "../../ensure.ts";
import { HEADERS } from "../shared/caller.ts";

const NAME = "reasons";

const local = await startAws();
Object.assign(process.env, local.environment);
after(() => local.close());
const { iam, lambda } = connect(local.region).sdk;
const { apiUrl } = await deploy({ name: NAME, region: local.region });

const told: string[] = [];
local.on("trace", trace => told.push(...reasonsOf(trace)));

/** Asks for an item, and returns what is told of that. */
async function toldOf(id: string): Promise<string> {
  told.length = 0;
  await (await fetch(`${apiUrl}?id=${id}`, { headers: HEADERS })).text();
  return told.join("\n");
}

test("of one that the function has answered, nothing", async () => {
  assert.equal(await toldOf("unknown"), "");
});

test("of a denial, the action, the resource, and what the statements lack for it", async () => {
  const Statement = [{ Effect: "Allow", Action: "dynamodb:PutItem", Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const RoleName = `${NAME}-${local.region}`;
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "store-items", PolicyDocument }));

  const told = await toldOf("1");

  assert.match(
    told,
    /iam, dynamodb:GetItem: No statement allows dynamodb:GetItem on arn:.*:table\/reasons\./,
  );
  assert.match(told, /its Action "dynamodb:PutItem" does not fit/);
});

test("of a 500 of API Gateway's own, the permission that is missing", async () => {
  const StatementId = `api-${/execute-api\/(\w+)/.exec(apiUrl)![1]}`;
  await lambda.send(new RemovePermissionCommand({ FunctionName: NAME, StatementId }));

  const told = await toldOf("1");

  assert.match(told, /permission, lambda:InvokeFunction: No policy says anything/);
  assert.match(told, /api, gateway response API_CONFIGURATION_ERROR/);
});
