import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate, isPublic, type Principal, type Statement } from "../src/policy/evaluate.ts";
import { policyProblem, validatePolicy } from "../src/policy/grammar.ts";

const policy = (...statements: Partial<Statement>[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map(statement => ({ Effect: "Allow", ...statement })),
  });

const ask = (action: string, resource: string, more = {}) => ({ action, resource, ...more });

test("actions match whatever their case, resources only in theirs", () => {
  const document = policy({ Action: "dynamodb:PutItem", Resource: "arn:aws:dynamodb:::table/Items" });

  assert.equal(evaluate(document, ask("DynamoDB:putitem", "arn:aws:dynamodb:::table/Items")), "allow");
  assert.equal(evaluate(document, ask("dynamodb:PutItem", "arn:aws:dynamodb:::table/items")), "none");
});

test("wildcards stand for any characters, and all other characters for themselves", () => {
  const document = policy({ Action: "s3:Get*", Resource: "arn:aws:s3:::b.c/?/*" });

  assert.equal(evaluate(document, ask("s3:GetObject", "arn:aws:s3:::b.c/x/y/z")), "allow");
  assert.equal(evaluate(document, ask("s3:PutObject", "arn:aws:s3:::b.c/x/y")), "none");
  assert.equal(evaluate(document, ask("s3:GetObject", "arn:aws:s3:::bxc/x/y")), "none");
  assert.equal(evaluate(document, ask("s3:GetObject", "arn:aws:s3:::b.c/xx/y")), "none");
});

test("an explicit deny wins over any allow", () => {
  const allow = { Action: "*", Resource: "*" };
  const deny = { Effect: "Deny" as const, Action: "s3:*", Resource: "*" };

  assert.equal(evaluate(policy(allow, deny), ask("s3:GetObject", "arn")), "deny");
  assert.equal(evaluate(policy(deny, allow), ask("s3:GetObject", "arn")), "deny");
  assert.equal(evaluate(policy(allow, deny), ask("sqs:SendMessage", "arn")), "allow");
});

test("NotAction and NotResource match all but what they name", () => {
  const document = policy({ NotAction: ["iam:*"], NotResource: "arn:secret" });

  assert.equal(evaluate(document, ask("s3:GetObject", "arn:open")), "allow");
  assert.equal(evaluate(document, ask("iam:GetRole", "arn:open")), "none");
  assert.equal(evaluate(document, ask("s3:GetObject", "arn:secret")), "none");
});

test("a principal matches by itself, by its account, or when anybody is meant", () => {
  const role = { AWS: "arn:aws:iam::123456789012:role/r" };
  const says = (granted: Statement["Principal"], principal: Principal) =>
    evaluate(
      policy({ Principal: granted, Action: "*", Resource: "*" }),
      ask("s3:GetObject", "arn", { principal }),
    );

  assert.equal(says("*", "*"), "allow");
  assert.equal(says({ AWS: "*" }, "*"), "allow");
  assert.equal(says(role, role), "allow");
  assert.equal(says({ AWS: "123456789012" }, role), "allow");
  assert.equal(says({ AWS: ["arn:aws:iam::123456789012:root"] }, role), "allow");
  assert.equal(says({ AWS: "210987654321" }, role), "none");
  assert.equal(says(role, "*"), "none");
  assert.equal(
    says({ Service: ["a.amazonaws.com", "b.amazonaws.com"] }, { Service: "b.amazonaws.com" }),
    "allow",
  );
  assert.equal(says({ Service: "a.amazonaws.com" }, { Service: "b.amazonaws.com" }), "none");
  assert.equal(says(undefined, "*"), "none");
});

test("conditions hold as their operators say", () => {
  const says = (Condition: Statement["Condition"], conditions: Record<string, string>) =>
    evaluate(policy({ Action: "*", Resource: "*", Condition }), ask("a:B", "arn", { conditions })) ===
    "allow";
  const from = (arn: string) => ({ "aws:SourceArn": arn });

  assert.ok(says({ StringEquals: { "AWS:SourceAccount": "1" } }, { "aws:sourceaccount": "1" }));
  assert.ok(says({ StringEquals: { k: ["1", "2"] } }, { k: "2" }));
  assert.ok(!says({ StringEquals: { k: "1" } }, {}));
  assert.ok(says({ StringNotEquals: { k: "1" } }, {}));
  assert.ok(!says({ StringNotEquals: { k: ["1", "2"] } }, { k: "2" }));
  assert.ok(says({ StringEqualsIfExists: { k: "1" } }, {}));
  assert.ok(says({ StringLike: { k: "a*" } }, { k: "abc" }));
  assert.ok(!says({ StringEquals: { k: "a*" } }, { k: "abc" }));
  assert.ok(says({ Bool: { k: false } }, { k: "false" }));
  assert.ok(says({ Null: { k: true } }, {}));
  assert.ok(!says({ StringEquals: { k: "1" }, Null: { l: false } }, { k: "1" }));
  for (const operator of ["ArnLike", "ArnEquals"]) {
    const like = { [operator]: from("arn:aws:execute-api:eu-west-1:1:api/*/POST/items") };
    assert.ok(says(like, from("arn:aws:execute-api:eu-west-1:1:api/prod/POST/items")));
    assert.ok(!says(like, from("arn:aws:execute-api:eu-west-1:1:other/prod/POST/items")));
    assert.ok(!says({ [operator]: from("arn:aws:s3:*:1:x") }, from("arn:aws:s3:a:b:1:x")));
  }
});

test("what cannot be evaluated is refused by its name", () => {
  const evaluated =
    (statement: Partial<Statement>, conditions = {}) =>
    () =>
      evaluate(
        policy({ Action: "*", Resource: "*", ...statement }),
        ask("a:B", "arn", { principal: "*", conditions }),
      );
  const open = { Principal: "*" as const };

  assert.throws(evaluated({ ...open, Condition: { IpAddress: { k: "1" } } }, { k: "1" }), /IpAddress/);
  assert.throws(
    evaluated({ ...open, Condition: { "ForAllValues:StringEquals": { k: "1" } } }),
    /ForAllValues/,
  );
  assert.throws(evaluated({ ...open, Resource: `arn:aws:s3:::b/\${aws:username}` }), /aws:username/);
  assert.throws(evaluated({ NotPrincipal: "x" }), /NotPrincipal/);
});

test("a policy is public when nothing fixed ties down anybody", () => {
  const statement = { Principal: "*" as const, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };
  const tied = (key: string, value: string, operator = "StringEquals") =>
    policy({ ...statement, Condition: { [operator]: { [key]: value } } });

  assert.ok(isPublic(policy(statement)));
  assert.ok(isPublic(policy({ ...statement, Principal: { AWS: "*" } })));
  assert.ok(isPublic(tied("aws:SourceVpc", "*", "StringLike")));
  assert.ok(isPublic(tied("aws:Referer", "https://example.org")));
  assert.ok(isPublic(tied("aws:SourceVpc", "vpc-1", "StringNotEquals")));
  assert.ok(!isPublic(tied("aws:SourceVpc", "vpc-1")));
  assert.ok(!isPublic(policy({ ...statement, Effect: "Deny" })));
  assert.ok(!isPublic(policy({ ...statement, Principal: { AWS: "123456789012" } })));
});

test("each kind of policy has its own grammar", () => {
  const identity = { Action: "s3:GetObject", Resource: "*" };
  const trust = { Principal: "*" as const, Action: "sts:AssumeRole" };
  const bucket = { Principal: "*" as const, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };

  assert.equal(policyProblem(policy(identity), "identity"), undefined);
  assert.equal(policyProblem(policy(trust), "trust"), undefined);
  assert.equal(policyProblem(policy(bucket), "bucket"), undefined);
  assert.match(policyProblem(policy(bucket), "identity") ?? "", /should not specify a principal/);
  assert.match(policyProblem(policy(identity), "trust") ?? "", /Missing required field Principal/);
  assert.match(policyProblem(policy({ ...bucket, Action: "iam:GetRole" }), "bucket") ?? "", /invalid action/);
  assert.match(policyProblem(policy({ ...identity, Action: "GetObject" }), "identity") ?? "", /vendor/);
  assert.match(
    policyProblem(policy({ ...identity, Sid: "a" }, { ...identity, Sid: "a" }), "identity") ?? "",
    /SID/,
  );
  assert.match(policyProblem('{"Version":"2020-01-01","Statement":[]}', "identity") ?? "", /version/);
  assert.throws(() => validatePolicy("[]", "identity"), { code: "MalformedPolicyDocument", status: 400 });
});
