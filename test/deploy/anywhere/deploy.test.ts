import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { GetRestApisCommandOutput } from "@aws-sdk/client-api-gateway";
import { GetRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import { GetBucketWebsiteCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { around, connect } from "../../../converge/aws.ts";
import { allowed } from "../../../dev/agreement.ts";
import { deploy } from "../../../ensure.ts";
import { ENVIRONMENT } from "../../shared/caller.ts";
import { outcomes, useAws } from "../fixture.ts";

const { aws, clients, region, calls, writes, newName, stackOf } = await useAws();
/** Two of them for each method of the API. */
const CALLS = 42 + 2 * allowed().methods.length;
const TYPES = [
  "role",
  "REST API",
  "bucket",
  "table",
  "log group",
  "function",
  "website",
  "permission",
  "routes",
  "stage",
  "page",
];

/** What is asked again until AWS has made a table or a function counts twice: as found, and as made. */
const withoutWaits = (calls: string[]) =>
  calls.filter((call, index) => {
    const earlier = calls.slice(0, index).filter(one => one === call).length;
    return earlier < 2 || !["DescribeTable", "GetFunction"].includes(call);
  });

describe("a first deploy", () => {
  test(`creates every resource of the stack with at most ${CALLS} calls`, async () => {
    const name = newName();
    calls.length = 0;

    const deployed = await deploy({ name, region, aws });

    assert.deepEqual(outcomes(deployed.resources), Object.fromEntries(TYPES.map(type => [type, "created"])));
    const onAws = withoutWaits(calls).filter(call => call !== "PutBucketTagging"); // only where CreateBucket ignores tags
    assert.ok(onAws.length <= CALLS, `${onAws.length} calls: ${onAws.join(" ")}`);
  });

  test("asks for the path / of an API where that is not told with the API", async () => {
    const name = newName();
    const untold = connect(region);
    around(untold, (_, operation, send) => async args => {
      const answer = (await send(args)) as { output: GetRestApisCommandOutput };
      if (operation === "GetRestApis") for (const api of answer.output.items ?? []) delete api.rootResourceId;
      return answer;
    });

    await deploy({ name, region, aws: untold });

    const { resources } = await deploy({ name, region, aws });
    assert.deepEqual(outcomes(resources), Object.fromEntries(TYPES.map(type => [type, "unchanged"])));
  });

  test("gives the role nothing but its table and its log group", async () => {
    const name = newName();
    const { role, table, logGroup } = await stackOf(name);

    await deploy({ name, region, aws });

    const target = { RoleName: role.name, PolicyName: role.policyName };
    const { PolicyDocument } = await clients.iam.send(new GetRolePolicyCommand(target));
    const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument!));
    const wanted = role.statements.map(({ actions, resource }) => ({
      Effect: "Allow",
      Action: actions,
      Resource: resource,
    }));
    assert.deepEqual(Statement, wanted);
    assert.deepEqual(
      wanted.map(({ Resource }) => Resource),
      [table.arn, `${logGroup.arn}:*`],
    );
  });

  test("puts the page where the site's URL points, with the API's URL in it", async () => {
    const name = newName();
    const { bucket } = await stackOf(name);

    const deployed = await deploy({ name, region, aws });

    const page = await clients.s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: bucket.pageKey }));
    const packed = await page.Body!.transformToByteArray();
    assert.ok(gunzipSync(packed).toString().includes(deployed.apiUrl));
    assert.equal(page.CacheControl, "no-cache");
    assert.equal(page.ContentType, "text/html; charset=utf-8");
    const website = await clients.s3.send(new GetBucketWebsiteCommand({ Bucket: bucket.name }));
    const { host, pathname } = new URL(deployed.siteUrl);
    const { HostName, ReplaceKeyWith } = website.RoutingRules![0]!.Redirect!;
    assert.deepEqual([HostName, `/${ReplaceKeyWith}`], [host, pathname]);
  });

  test("tells the function its table and the only origin that it serves", async () => {
    const name = newName();

    const deployed = await deploy({ name, region, aws });

    const { Configuration } = await clients.lambda.send(new GetFunctionCommand({ FunctionName: name }));
    const variables = Configuration!.Environment!.Variables!;
    const handedOn = Object.entries(ENVIRONMENT).filter(([variable]) => variable in variables);
    assert.deepEqual(variables, {
      ALLOWED_ORIGIN: new URL(deployed.siteUrl).origin,
      TABLE_NAME: name,
      ...Object.fromEntries(handedOn),
    });
    assert.equal(Configuration!.Runtime, "nodejs24.x");
    assert.deepEqual(Configuration!.Architectures, ["arm64"]);
  });
});

describe("a second deploy", () => {
  test("only reads, and finds everything unchanged", async () => {
    const name = newName();
    await deploy({ name, region, aws });
    calls.length = 0;

    const { resources } = await deploy({ name, region, aws });

    assert.deepEqual(outcomes(resources), Object.fromEntries(TYPES.map(type => [type, "unchanged"])));
    assert.deepEqual(writes(), []);
  });

  test("of another name makes a second stack beside the first", async () => {
    const [one, other] = [newName(), newName()];
    await deploy({ name: one, region, aws });

    const second = await deploy({ name: other, region, aws });

    const first = await deploy({ name: one, region, aws });
    assert.notEqual(first.apiUrl, second.apiUrl);
    assert.ok(first.resources.every(({ outcome }) => outcome === "unchanged"));
  });
});

describe("a dry run", () => {
  test("says what would be created and writes nothing", async () => {
    calls.length = 0;

    const { resources } = await deploy({ name: newName(), region, aws, dryRun: true });

    assert.deepEqual(outcomes(resources), Object.fromEntries(TYPES.map(type => [type, "created"])));
    assert.deepEqual(writes(), []);
  });
});
