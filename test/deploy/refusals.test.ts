/** What deploy and teardown say and do when AWS refuses. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { DeleteTableCommand, DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { PutBucketTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import type { Around } from "local-aws";
import { AwsError, startAws } from "local-aws";
import { inWords } from "../../converge/errors.ts";
import { deploy } from "../../ensure.ts";
import { teardown } from "../../remove.ts";
import { Simulation } from "../storm/simulation.ts";

let refused: { operation: string; error: AwsError } | undefined;
/** A bucket of another account's, which refuses whatever is asked of it. */
let foreign: string | undefined;
/** What somebody else does just before an operation. */
let meanwhile: { operation: string; does: () => Promise<unknown> } | undefined;
/** Whether CreateBucket passes over its tags, as moto's does. */
let tagsAreIgnored = false;
const weather: Around = async (call, run) => {
  if (tagsAreIgnored && call.operation === "CreateBucket") call.input.CreateBucketConfiguration = {};
  if (call.operation === meanwhile?.operation) {
    const { does } = meanwhile;
    meanwhile = undefined;
    await does();
  }
  if (call.operation === refused?.operation) throw refused.error;
  if (foreign && call.input.Bucket === foreign) throw new AwsError("AccessDenied", 403, "Access Denied");
  return run();
};
const local = await startAws({ weather });
Object.assign(process.env, local.environment);
after(() => local.close());
const { region, account } = local;

/** What a person reads when a deploy fails. */
const failure = async (name: string) =>
  deploy({ name, region }).then(() => assert.fail("the deploy succeeded"), inWords);

describe("deploy says in plain words", () => {
  test("that the bucket belongs to another account, and writes nothing", async () => {
    foreign = `squatted-${account}-${region}`;
    local.calls.length = 0;

    const { message, remedy } = await failure("squatted");
    foreign = undefined;

    assert.match(message, /Cannot read the bucket squatted-.*it belongs to another account/);
    assert.match(remedy, /--name/);
    assert.deepEqual(
      local.calls.filter(({ operation }) => /^(Create|Put)/.test(operation)),
      [],
    );
  });

  test("that the account blocks public access", async () => {
    const blocked: Around = (call, run) => {
      if (call.operation !== "PutBucketPolicy") return run();
      throw new AwsError("AccessDenied", 403, "Access Denied because public policies are blocked");
    };
    const simulation = await Simulation.start(1, blocked); // the seconds for which deploy hopes are virtual there

    const ended = await simulation.settle(simulation.deploy());
    await simulation.close();
    Object.assign(process.env, local.environment);

    assert.ok(ended.kind === "failed");
    const { message, remedy } = inWords(ended.error);
    assert.match(message, /^Cannot call S3's PutBucketPolicy because Block Public Access, .* forbids/);
    assert.match(remedy, /Block Public Access settings for this account/);
  });

  test("which call is denied", async () => {
    const error = new AwsError(
      "AccessDenied",
      403,
      "User: arn:aws:iam::1:user/x is not authorized to perform: iam:CreateRole",
    );
    refused = { operation: "CreateRole", error };

    const { message, remedy } = await failure("denied");
    refused = undefined;

    assert.match(message, /Cannot call IAM's CreateRole because it is denied: .*iam:CreateRole/);
    assert.match(remedy, /docs\/policy\.json/);
  });

  test("that the bucket's name is taken", async () => {
    const error = new AwsError("BucketAlreadyExists", 409, "The requested bucket name is not available.");
    refused = { operation: "CreateBucket", error };

    const { message, remedy } = await failure("taken");
    refused = undefined;

    assert.match(message, /^Cannot call S3's CreateBucket because another account has a bucket of this name/);
    assert.match(remedy, /^Choose another --name/);
  });

  test("what an endpoint that stands in for AWS does not do, at once", async () => {
    const error = new AwsError("NotImplemented", 501, "Roles are not implemented.");
    refused = { operation: "CreateRole", error };
    local.calls.length = 0;

    const { message, remedy } = await failure("missing");
    refused = undefined;

    assert.match(message, /^Cannot call IAM's CreateRole because there is no such thing there: Roles/);
    assert.match(remedy, /AWS_ENDPOINT_URL/);
    assert.equal(local.calls.filter(({ operation }) => operation === "CreateRole").length, 1);
  });

  test("that a quota of the account is used up, at once", async () => {
    const error = new AwsError("LimitExceeded", 409, "Cannot exceed quota for RolesPerAccount: 1000.");
    refused = { operation: "CreateRole", error };
    local.calls.length = 0;

    const { message, remedy } = await failure("crowded");
    refused = undefined;

    assert.match(
      message,
      /^Cannot call IAM's CreateRole because a quota of the account is used up: .*1000\.$/,
    );
    assert.match(remedy, /^Remove what/);
    assert.equal(local.calls.filter(({ operation }) => operation === "CreateRole").length, 1);
  });

  test("that the credentials have expired", async () => {
    refused = {
      operation: "GetCallerIdentity",
      error: new AwsError("ExpiredToken", 403, "The security token included in the request is expired"),
    };

    const { message, remedy } = await failure("expired");
    refused = undefined;

    assert.match(message, /the credentials have expired/);
    assert.match(remedy, /aws login.*aws sso login/);
  });
});

describe("a deploy", () => {
  test("makes a table again that somebody deletes between two looks, and names no denial", async () => {
    await deploy({ name: "raced", region });
    const table = { TableName: "raced" };
    const dynamodb = new DynamoDBClient();
    const does = async () => {
      await dynamodb.send(new UpdateTableCommand({ ...table, DeletionProtectionEnabled: false }));
      await dynamodb.send(new DeleteTableCommand(table));
    };
    meanwhile = { operation: "ListTagsOfResource", does };

    const { resources } = await deploy({ name: "raced", region });

    assert.deepEqual(
      resources.filter(({ outcome }) => outcome !== "unchanged").map(({ type, outcome }) => [type, outcome]),
      [["table", "created"]],
    );
  });
});

describe("a deploy that ends before it has tagged its bucket, where CreateBucket passes over tags,", () => {
  test("is mended by the command that the next one prints", async () => {
    tagsAreIgnored = true;
    refused = { operation: "PutBucketTagging", error: new AwsError("AccessDenied", 403, "Not now.") };
    await failure("untagged");
    refused = undefined;

    const { message, remedy } = await failure("untagged");
    const [, Bucket, tagging] =
      /aws s3api put-bucket-tagging --bucket (\S+) --tagging '(.+)'$/.exec(remedy) ?? [];
    await new S3Client({ forcePathStyle: true }).send(
      new PutBucketTaggingCommand({ Bucket, Tagging: JSON.parse(tagging ?? "") }),
    );
    await deploy({ name: "untagged", region });
    tagsAreIgnored = false;

    assert.match(message, /the bucket untagged-.*has no tag dynamosync:stack/);
    const { resources } = await teardown({ name: "untagged", region });
    assert.deepEqual(new Set(resources.map(({ outcome }) => outcome)), new Set(["removed"]));
  });
});

describe("a teardown", () => {
  test("goes on after a failure, names what is left, and finishes when it is run again", async () => {
    await deploy({ name: "stubborn", region });
    refused = {
      operation: "DeleteFunction",
      error: new AwsError("AccessDeniedException", 403, "not authorized"),
    };

    const first = await teardown({ name: "stubborn", region });
    refused = undefined;
    const second = await teardown({ name: "stubborn", region });

    const outcomes = ({ resources }: typeof first) =>
      Object.fromEntries(resources.map(({ type, outcome }) => [type, outcome]));
    assert.deepEqual(outcomes(first), {
      "REST API": "removed",
      function: "failed",
      role: "skipped",
      bucket: "removed",
      table: "removed",
      "log group": "skipped",
    });
    assert.deepEqual(outcomes(second), {
      "REST API": "absent",
      function: "removed",
      role: "removed",
      bucket: "absent",
      table: "absent",
      "log group": "removed",
    });
  });
});
