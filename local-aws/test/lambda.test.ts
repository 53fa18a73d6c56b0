import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import {
  AddPermissionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { aws, ECHO, FunctionName } from "./functions.ts";
import { refused } from "./refused.ts";

describe("Lambda's control plane", () => {
  it("describes a function as it was created", async () => {
    await aws.createFunction(ECHO, {
      Timeout: 10,
      MemorySize: 256,
      Architectures: ["arm64"],
      Environment: { Variables: { TABLE: "items" } },
      LoggingConfig: { LogFormat: "JSON", LogGroup: "/aws/lambda/fn" },
      Tags: { owner: "us" },
    });

    const { Configuration, Tags } = await aws.lambda.send(new GetFunctionCommand({ FunctionName }));

    assert.equal(Configuration?.FunctionArn, "arn:aws:lambda:eu-west-1:000000000000:function:fn");
    assert.equal(Configuration?.State, "Active");
    assert.equal(Configuration?.LastUpdateStatus, "Successful");
    assert.equal(Configuration?.Timeout, 10);
    assert.deepEqual(Configuration?.Architectures, ["arm64"]);
    assert.deepEqual(Configuration?.Environment, { Variables: { TABLE: "items" } });
    assert.equal(Configuration?.LoggingConfig?.LogFormat, "JSON");
    assert.match(Configuration?.LastModified ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+\+0000$/);
    assert.deepEqual(Tags, { owner: "us" });
  });

  it("refuses a second function of the same name", async () => {
    await aws.createFunction(ECHO);

    const second = aws.createFunction(ECHO);

    await assert.rejects(second, refused("ResourceConflictException", /^Function already exist: fn$/, 409));
  });

  it("finds a function by its ARN and says which one it does not find", async () => {
    const { FunctionArn } = await aws.createFunction(ECHO);

    const found = await aws.lambda.send(new GetFunctionCommand({ FunctionName: FunctionArn }));
    const missing = aws.lambda.send(new GetFunctionCommand({ FunctionName: "constructor" }));

    assert.equal(found.Configuration?.FunctionName, FunctionName);
    await assert.rejects(
      missing,
      refused("ResourceNotFoundException", /Function not found: arn:aws:.*:constructor$/, 404),
    );
  });

  it("refuses a role that does not exist, does not trust Lambda or is too new", async () => {
    const message = /^The role defined for the function cannot be assumed by Lambda\.$/;
    const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`;
    const { Role } = await aws.iam.send(
      new CreateRoleCommand({ RoleName: "other", AssumeRolePolicyDocument: trust }),
    );

    const missing = aws.createFunction(ECHO, { Role: "arn:aws:iam::000000000000:role/missing" });
    const foreign = aws.createFunction(ECHO, { Role: Role?.Arn });
    aws.world.timing.roleAssumable = 60_000;
    const fresh = aws.createFunction(ECHO);

    for (const attempt of [missing, foreign, fresh])
      await assert.rejects(attempt, refused("InvalidParameterValueException", message, 400));
  });

  it("refuses deprecated runtimes, and values out of range", async () => {
    const attempts = [
      aws.createFunction(ECHO, { Runtime: "nodejs20.x" }),
      aws.createFunction(ECHO, { Timeout: 901 }),
      aws.createFunction(ECHO, { MemorySize: 64 }),
      aws.createFunction(ECHO, { Environment: { Variables: { AWS_REGION: "x" } } }),
      aws.createFunction(ECHO, { Environment: { Variables: { BIG: "x".repeat(4096) } } }),
    ];

    const names = await Promise.all(attempts.map(attempt => attempt.then(String, error => error.name)));

    const invalid = "InvalidParameterValueException";
    assert.deepEqual(names, [invalid, "ValidationException", "ValidationException", invalid, invalid]);
  });

  it("refuses what it does not know, by name", async () => {
    const layers = aws.createFunction(ECHO, { Layers: ["arn:aws:lambda:eu-west-1:000000000000:layer:x:1"] });
    const fromS3 = aws.createFunction(ECHO, { Code: { S3Bucket: "bucket", S3Key: "key" } });

    await assert.rejects(
      layers,
      refused("NotImplemented", /the parameter Layers of lambda:CreateFunction/, 501),
    );
    await assert.rejects(fromS3, refused("NotImplemented", /Code\.S3Bucket/, 501));
  });

  it("refuses a change while another one is under way", async () => {
    aws.world.timing.function = 500;
    const update = () =>
      aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 5 }));
    const wait = () => new Promise(resolve => setTimeout(resolve, 600));

    const { State } = await aws.createFunction(ECHO);
    await assert.rejects(update(), refused("ResourceConflictException", /state: Pending/, 409));
    await wait();
    const { LastUpdateStatus } = await update();
    await assert.rejects(update(), refused("ResourceConflictException", /An update is in progress/, 409));
    await wait();
    const settled = await aws.lambda.send(new GetFunctionCommand({ FunctionName }));

    assert.equal(State, "Pending");
    assert.equal(LastUpdateStatus, "InProgress");
    assert.equal(settled.Configuration?.LastUpdateStatus, "Successful");
  });

  it("changes only the settings that an update names", async () => {
    await aws.createFunction(ECHO, { Timeout: 7, Environment: { Variables: { KEEP: "me" } } });

    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 512 }));

    const { Configuration } = await aws.lambda.send(new GetFunctionCommand({ FunctionName }));
    assert.equal(Configuration?.MemorySize, 512);
    assert.equal(Configuration?.Timeout, 7);
    assert.deepEqual(Configuration?.Environment?.Variables, { KEEP: "me" });
  });

  it("keeps permissions by their ids", async () => {
    await aws.createFunction(ECHO);
    const add = (StatementId: string) =>
      aws.lambda.send(
        new AddPermissionCommand({
          FunctionName,
          StatementId,
          Action: "lambda:InvokeFunction",
          Principal: "apigateway.amazonaws.com",
          SourceArn: "arn:aws:execute-api:eu-west-1:000000000000:abc/prod/*/items",
        }),
      );
    const policy = () => aws.lambda.send(new GetPolicyCommand({ FunctionName }));

    await assert.rejects(policy(), refused("ResourceNotFoundException", /./, 404));
    await add("one");
    await assert.rejects(add("one"), refused("ResourceConflictException", /statement id \(one\)/, 409));
    const { Policy } = await policy();
    await aws.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: "one" }));

    const { Statement } = JSON.parse(Policy ?? "");
    assert.equal(Statement.length, 1);
    assert.deepEqual(Statement[0].Principal, { Service: "apigateway.amazonaws.com" });
    assert.equal(
      Statement[0].Condition.ArnLike["AWS:SourceArn"],
      "arn:aws:execute-api:eu-west-1:000000000000:abc/prod/*/items",
    );
    await assert.rejects(policy(), refused("ResourceNotFoundException"));
  });

  it("tags and untags, lists and deletes functions", async () => {
    const { FunctionArn: Resource } = await aws.createFunction(ECHO, { Tags: { a: "1", b: "2" } });
    await aws.createFunction(ECHO, { FunctionName: "other" });

    await aws.lambda.send(new TagResourceCommand({ Resource, Tags: { c: "3" } }));
    await aws.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ["a", "b"] }));
    const { Tags } = await aws.lambda.send(new ListTagsCommand({ Resource }));
    const { StatusCode } = await aws.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    const { Functions } = await aws.lambda.send(new ListFunctionsCommand({}));

    assert.deepEqual(Tags, { c: "3" });
    assert.equal(StatusCode, 204);
    assert.deepEqual(
      Functions?.map(({ FunctionName }) => FunctionName),
      ["other"],
    );
    const again = aws.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await assert.rejects(again, refused("ResourceNotFoundException"));
  });
});
