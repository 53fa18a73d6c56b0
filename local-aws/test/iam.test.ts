import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AttachRolePolicyCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  GetUserCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  paginateListRoles,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { issueRoleKey } from "../src/access/authorize.ts";
import { BASIC, role, TRUST } from "./roles.ts";
import { ACCOUNT, refused, smallAws } from "./small-aws.ts";
import { tampered } from "./tampered.ts";

const allowing = (Action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action, Resource: "*" } });

test("a role is answered as it was created, its trust policy URL-encoded", async () => {
  const { iam } = smallAws();
  const Tags = [{ Key: "stack", Value: "a+b" }];

  const { Role: created } = await iam.send(role("r", { Description: "for a & b", Tags, Path: "/x/" }));
  const { Role: read } = await iam.send(new GetRoleCommand({ RoleName: "r" }));

  assert.deepEqual(read, { ...created, RoleLastUsed: {} });
  assert.equal(read?.Arn, `arn:aws:iam::${ACCOUNT}:role/x/r`);
  assert.equal(read?.Description, "for a & b");
  assert.deepEqual(read?.Tags, Tags);
  assert.match(read?.RoleId ?? "", /^AROA[A-Z2-7]{17}$/);
  assert.match(read?.AssumeRolePolicyDocument ?? "", /^%7B/);
  assert.equal(decodeURIComponent(read?.AssumeRolePolicyDocument ?? ""), TRUST);
});

test("a second role of the same name is refused, whatever its case", async () => {
  const { iam } = smallAws();
  await iam.send(role("Role"));

  await refused(iam.send(role("Role")), "EntityAlreadyExistsException", 409);
  await refused(iam.send(role("role")), "EntityAlreadyExistsException", 409);
});

test("a role that is created again under its name is another role", async () => {
  const { iam } = smallAws();
  const first = await iam.send(role("r"));
  await iam.send(new DeleteRoleCommand({ RoleName: "r" }));

  const second = await iam.send(role("r"));

  assert.notEqual(second.Role?.RoleId, first.Role?.RoleId);
});

test("what IAM would not accept of a role is refused with its error code", async () => {
  const { iam } = smallAws();
  const trusting = (statement: object) =>
    role("r", {
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
  const Principal = { Service: "lambda.amazonaws.com" };

  await refused(iam.send(role("a b")), "ValidationError", 400, /'roleName'.*\[\\w\+=,\.@-\]\+/);
  await refused(iam.send(role("r".repeat(65))), "ValidationError", 400, /less than or equal to 64/);
  await refused(iam.send(role("r", { MaxSessionDuration: 60 })), "ValidationError", 400);
  await refused(
    iam.send(role("r", { AssumeRolePolicyDocument: "{" })),
    "MalformedPolicyDocumentException",
    400,
  );
  for (const statement of [
    { Effect: "Allow", Action: "sts:AssumeRole" },
    { Effect: "Allow", Action: "sts:AssumeRole", Principal, Resource: "*" },
    { Effect: "Allow", Action: "s3:GetObject", Principal },
    { Effect: "allow", Action: "sts:AssumeRole", Principal },
    { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda" } },
    { Effect: "Allow", Action: "sts:AssumeRole", Principal, Extra: 1 },
  ])
    await refused(iam.send(trusting(statement)), "MalformedPolicyDocumentException", 400);
});

test("what the local AWS does not know is refused by its name", async () => {
  const { iam } = smallAws();
  await iam.send(role("r"));
  const attach = (PolicyArn: string) => iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn }));

  await refused(iam.send(new CreateUserCommand({ UserName: "u" })), "NotImplemented", 501, /iam:CreateUser/);
  await refused(
    iam.send(role("q", { PermissionsBoundary: BASIC })),
    "NotImplemented",
    501,
    /PermissionsBoundary/,
  );
  await refused(
    attach("arn:aws:iam::aws:policy/AdministratorAccess"),
    "NotImplemented",
    501,
    /AdministratorAccess/,
  );
  await refused(attach(`arn:aws:iam::${ACCOUNT}:policy/mine`), "NoSuchEntityException", 404);
});

test("what is missing or of another type than its parameter is refused", async () => {
  const { iam } = smallAws();
  const create = (more: string, less = /^$/) =>
    iam.send(tampered(role("r"), form => form.replace(less, "") + more));

  await refused(create("&Tags=a"), "MalformedInput", 400, /list/);
  await refused(create("&Tags.member.one.Key=a"), "MalformedInput", 400);
  await refused(create("&Tags.member.1=a"), "MalformedInput", 400);
  await refused(create("&Description.member.1=a"), "MalformedInput", 400);
  await refused(create("&MaxSessionDuration=long"), "MalformedInput", 400);
  await refused(create("&Tags.member.1.Key=a"), "ValidationError", 400, /'tags.1.member.value'.*not be null/);
  await refused(create("", /&RoleName=r/), "ValidationError", 400, /Value null at 'roleName'/);
  await refused(create("&Colour=red"), "NotImplemented", 501, /Colour/);
  await refused(iam.send(new GetRoleCommand({ RoleName: "r" })), "NoSuchEntityException", 404);
});

test("an empty list of tags, and one whose numbers have gaps, are lists", async () => {
  const { iam } = smallAws();
  const gaps = "&Tags.member.10.Key=c&Tags.member.10.Value=3&Tags.member.7.Key=b&Tags.member.7.Value=2";

  await iam.send(tampered(role("none"), form => `${form}&Tags=`));
  await iam.send(tampered(role("gaps"), form => form + gaps));

  const tagsOf = async (RoleName: string) => (await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags;
  assert.deepEqual(await tagsOf("none"), []);
  assert.deepEqual(
    (await tagsOf("gaps"))?.map(({ Key }) => Key),
    ["b", "c"],
  );
});

test("a role's settings change one by one", async () => {
  const { iam } = smallAws();
  const RoleName = "r";
  await iam.send(role(RoleName));
  const trust = TRUST.replace("lambda.", "edgelambda.");

  await iam.send(new UpdateRoleCommand({ RoleName, Description: "new", MaxSessionDuration: 7200 }));
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust }));

  const { Role: read } = await iam.send(new GetRoleCommand({ RoleName }));
  assert.equal(read?.Description, "new");
  assert.equal(read?.MaxSessionDuration, 7200);
  assert.equal(decodeURIComponent(read?.AssumeRolePolicyDocument ?? ""), trust);
});

test("a role's description changes alone", async () => {
  const { iam } = smallAws();
  await iam.send(role("r", { MaxSessionDuration: 7200 }));

  const { Role: changed } = await iam.send(
    new UpdateRoleDescriptionCommand({ RoleName: "r", Description: "another" }),
  );

  const { Role: read } = await iam.send(new GetRoleCommand({ RoleName: "r" }));
  assert.deepEqual([changed?.Description, read?.Description], ["another", "another"]);
  assert.equal(read?.MaxSessionDuration, 7200);
});

test("whoever has the account's key can ask which user that is; a role is none", async () => {
  const { iam, sts, clients, world } = smallAws();
  await iam.send(role("r"));
  const asRole = clients("eu-west-1", issueRoleKey(world, "r"));
  await iam.send(
    new PutRolePolicyCommand({ RoleName: "r", PolicyName: "p", PolicyDocument: allowing("iam:GetUser") }),
  );

  const { User } = await iam.send(new GetUserCommand({}));
  const { Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));

  assert.deepEqual([User?.Arn, User?.UserId], [Arn, UserId]);
  assert.equal(User?.UserName, "local");
  await refused(iam.send(new GetUserCommand({ UserName: "x" })), "NoSuchEntityException", 404);
  await refused(asRole.iam.send(new GetUserCommand({})), "ValidationError", 400);
});

test("tags are added, replaced whatever their case, and removed", async () => {
  const { iam } = smallAws();
  const RoleName = "r";
  await iam.send(
    role(RoleName, {
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    }),
  );
  const tag = (...Tags: { Key: string; Value: string }[]) => iam.send(new TagRoleCommand({ RoleName, Tags }));

  await tag({ Key: "A", Value: "3" });
  await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ["b", "absent"] }));

  const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName }));
  assert.deepEqual(Tags, [{ Key: "A", Value: "3" }]);
  await refused(
    tag({ Key: "x", Value: "" }, { Key: "X", Value: "" }),
    "InvalidInputException",
    400,
    /Duplicate/,
  );
  await refused(tag({ Key: "aws:x", Value: "" }), "InvalidInputException", 400);
  await refused(tag({ Key: "?", Value: "" }), "ValidationError", 400);
});

test("roles are listed in pages", async () => {
  const { iam } = smallAws();
  for (const name of ["c", "a", "b"]) await iam.send(role(name));

  const pages: (string | undefined)[][] = [];
  for await (const page of paginateListRoles({ client: iam, pageSize: 2 }, {}))
    pages.push(page.Roles?.map(({ RoleName }) => RoleName) ?? []);

  assert.deepEqual(pages, [["a", "b"], ["c"]]);
});

test("the account's key belongs to a user of the account", async () => {
  const { sts } = smallAws();

  const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));

  assert.equal(Account, ACCOUNT);
  assert.equal(Arn, `arn:aws:iam::${ACCOUNT}:user/local`);
});

test("a key that was never issued is refused", async () => {
  const aws = smallAws();
  const { sts, iam } = aws.clients("eu-west-1", { id: "AKIAAAAAAAAAAAAAAAAA", secret: "s" });

  await refused(sts.send(new GetCallerIdentityCommand({})), "InvalidClientTokenId", 403);
  await refused(iam.send(role("r")), "InvalidClientTokenId", 403);
});
