import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import policy from "../../docs/policy.json" with { type: "json" };

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

test("docs/policy.json allows every call that deploy and teardown make", async () => {
  const needed = await actionsInSources();

  const allowed = new Set(policy.Statement.flatMap(({ Action }) => Action));

  assert.ok(needed.size > 40);
  assert.deepEqual(
    [...needed].filter(action => !allowed.has(action)),
    [],
  );
});

test("docs/policy.json allows nothing that deploy and teardown do not do", async () => {
  const needed = await actionsInSources();

  const others = policy.Statement.flatMap(({ Action }) => Action).filter(action => !needed.has(action));

  assert.deepEqual(others.filter(action => !action.startsWith("apigateway:")).sort(), [
    "dynamodb:TagResource", // tags given to a create
    "iam:PassRole", // the function gets the role
    "iam:TagRole",
    "lambda:ListTags", // the tags in GetFunction's answer
    "lambda:TagResource",
    "logs:TagResource",
    "s3:ListBucket", // a missing object is a 404 instead of a 403
    "s3:TagResource",
  ]);
});
