/** What whoever deploys must be allowed: docs/policy.json, no more and no less. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { before, describe, test } from "node:test";
import { inWords } from "../../converge/errors.ts";
import { DEFAULT_NAME } from "../../stack.ts";
import { allows, demandsOfARoundTrip, deployWith, policy, type Statement } from "./deployer.ts";

/** The services' names in policies, by their clients' packages. Those left out need no action of their own. */
const SERVICES: Record<string, string> = {
  "cloudwatch-logs": "logs",
  dynamodb: "dynamodb",
  iam: "iam",
  lambda: "lambda",
  s3: "s3",
};

/** Operations whose action has another name. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const ACTIONS: Record<string, string[]> = {
  DeleteObjects: ["DeleteObject", "DeleteObjectVersion"],
  GetPublicAccessBlock: ["GetBucketPublicAccessBlock"],
  ListObjectVersions: ["ListBucketVersions"],
  PutPublicAccessBlock: ["PutBucketPublicAccessBlock"],
};

/** The actions of all commands that deploy and teardown import. */
async function actionsInSources(): Promise<Set<string>> {
  const folder = new URL("../../resources/", import.meta.url);
  const actions = new Set<string>();
  for (const file of await readdir(folder)) {
    const source = await readFile(new URL(file, folder), "utf8");
    for (const [, names = "", client = ""] of source.matchAll(
      /import \{([^}]*)\} from "@aws-sdk\/client-(.*)"/g,
    ))
      for (const [, operation = ""] of names.matchAll(/(\w+)Command\b/g))
        for (const action of ACTIONS[operation] ?? [operation])
          if (SERVICES[client]) actions.add(`${SERVICES[client]}:${action}`);
  }
  return actions;
}

test("docs/policy.json names every action that deploy and teardown have in their sources", async () => {
  const needed = await actionsInSources();

  const allowed = new Set(policy.Statement.flatMap(({ Action }) => Action));

  assert.ok(needed.size > 40);
  assert.deepEqual(
    [...needed].filter(action => !allowed.has(action)),
    [],
  );
});

/** Asked for only where an endpoint that stands in for AWS passes over the tags of CreateBucket. */
const NOT_ON_AWS = ["s3:PutBucketTagging"];

test("who may not list a function's tags is not told that it is somebody else's", async () => {
  const Statement = policy.Statement.map(statement => ({
    ...statement,
    Action: [statement.Action].flat().filter(action => action !== "lambda:ListTags"),
  }));

  const { message, remedy } = await deployWith({ ...policy, Statement }).then(
    () => assert.fail("it has deployed"),
    inWords,
  );

  assert.match(
    message,
    /the function \S+ because it has no tag .*, or none that these credentials may see\.$/,
  );
  assert.match(remedy, /lacks a permission of docs\/policy\.json/);
});

/** The policy's statements with one of their actions or resources left out, and which one. */
function* withOneLess(): Generator<[left: string, statements: Statement[]]> {
  for (const [at, statement] of policy.Statement.entries())
    for (const element of ["Action", "Resource"] as const) {
      const all = [statement[element]].flat();
      for (const left of all) {
        const rest = all.filter(other => other !== left);
        const less = rest.length > 0 ? [{ ...statement, [element]: rest }] : [];
        yield [`${statement.Sid}: ${left}`, policy.Statement.toSpliced(at, 1, ...less)];
      }
    }
}

describe("a role that has docs/policy.json and nothing else", () => {
  let demands: Awaited<ReturnType<typeof demandsOfARoundTrip>>;
  before(async () => {
    demands = await demandsOfARoundTrip();
  });

  test("deploys, repairs what was changed, and removes everything", () => {
    const denied = demands.filter(demand => !allows(policy.Statement, demand));

    assert.ok(demands.length > 80, `${demands.length} demands`);
    assert.deepEqual(denied, []);
  });

  test("needs each action and each resource of it", () => {
    const idle = [...withOneLess()]
      .filter(([, statements]) => demands.every(demand => allows(statements, demand)))
      .map(([left]) => left);

    assert.deepEqual(
      idle,
      NOT_ON_AWS.map(action => `Bucket: ${action}`),
    );
  });

  test("may pass the function's role to Lambda, and to no other service", () => {
    const pass = demands.filter(({ action }) => action === "iam:PassRole");
    const to = (service: string) => ({ conditions: { "iam:PassedToService": service } });

    assert.ok(pass.length > 0);
    for (const demand of pass) {
      assert.ok(allows(policy.Statement, { ...demand, ...to("lambda.amazonaws.com") }));
      for (const other of ["ec2.amazonaws.com", "glue.amazonaws.com", "lambda.amazonaws.com.example"])
        assert.ok(!allows(policy.Statement, { ...demand, ...to(other) }), other);
      assert.ok(!allows(policy.Statement, { ...demand, conditions: {} }));
    }
  });

  test("may do nothing to another stack's resources", () => {
    const names = ["table/", "function:", "role/", "s3:::"].map(kind => `${kind}${DEFAULT_NAME}`);
    const others = demands
      .filter(({ resource }) => names.some(name => resource.includes(name)))
      .map(demand => ({ ...demand, resource: demand.resource.replace(DEFAULT_NAME, "another") }));

    assert.ok(others.length > 40);
    assert.deepEqual(
      others.filter(demand => allows(policy.Statement, demand)),
      [],
    );
  });
});

test("without iam:PassRole the function cannot be created, and the error says what is missing", async () => {
  const less = policy.Statement.filter(({ Action }) => Action !== "iam:PassRole");

  await assert.rejects(
    deployWith({ ...policy, Statement: less }),
    new RegExp(
      `not authorized to perform: iam:PassRole on resource: arn:aws:iam::\\d+:role/${DEFAULT_NAME}-`,
    ),
  );
});
