/** What a deployed API asks of a request for a method that wants an API key. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteUsagePlanKeyCommand,
  PutGatewayResponseCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateApiKeyCommand,
  UpdateMethodCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
} from "@aws-sdk/client-api-gateway";
import { AddPermissionCommand } from "@aws-sdk/client-lambda";
import { serveApi } from "../src/execute-api/serve.ts";
import { World } from "../src/world.ts";
import { REGION } from "./lambda-world.ts";
import { aws, putMock, restApiId, rootId } from "./rest-api.ts";

const VALUE = "a-value-of-20-letters";
const ACCOUNT = "000000000000";
const ECHO = `export const handler = async event => ({ statusCode: 200, body: JSON.stringify(event) });`;

const deploy = (stageName = "prod") =>
  aws.apigateway.send(new CreateDeploymentCommand({ restApiId, stageName }));
const askForKey = (value = "true") =>
  aws.apigateway.send(
    new UpdateMethodCommand({
      restApiId,
      resourceId: rootId,
      httpMethod: "GET",
      patchOperations: [{ op: "replace", path: "/apiKeyRequired", value }],
    }),
  );

const requestWith = (key?: string, stage = "prod") => ({
  method: "GET",
  url: `/_aws/execute-api/${restApiId}/${stage}/`,
  headers: { host: "127.0.0.1:4566", ...(key !== undefined && { "x-api-key": key }) },
  body: Buffer.from(""),
});

async function send(key?: string, stage?: string) {
  const answer = await aws.answer(requestWith(key, stage));
  return { ...answer, body: Buffer.from(answer.body).toString() };
}

const why = () =>
  aws.world.traces.latest
    .at(-1)
    ?.spans.filter(({ part }) => part === "api")
    .map(({ why }) => why)
    .join(" ");

/** A key in a usage plan of a stage. */
async function permit(stage = "prod", enabled = true) {
  const { id: keyId } = await aws.apigateway.send(
    new CreateApiKeyCommand({ name: "reader", value: VALUE, enabled }),
  );
  const { id: usagePlanId } = await aws.apigateway.send(
    new CreateUsagePlanCommand({ name: "plan", apiStages: [{ apiId: restApiId, stage }] }),
  );
  await aws.apigateway.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: "API_KEY" }));
  return { keyId, usagePlanId };
}

describe("a method that asks for an API key", () => {
  beforeEach(async () => {
    await putMock();
    const answer = { restApiId, resourceId: rootId, httpMethod: "GET", statusCode: "200" };
    await aws.apigateway.send(new PutMethodResponseCommand(answer));
    await aws.apigateway.send(new PutIntegrationResponseCommand(answer));
    await askForKey();
    await deploy();
  });

  it("answers with a key of a usage plan of its stage, and 403 without", async () => {
    await permit();

    const without = await send();
    const whyWithout = why();
    const other = await send("another-value-of-20-letters");
    const whyOther = why();
    const right = await send(VALUE);

    for (const { status, headers, body } of [without, other]) {
      assert.equal(status, 403);
      assert.equal(headers["x-amzn-errortype"], "ForbiddenException");
      assert.equal(body, '{"message":"Forbidden"}');
    }
    assert.match(whyWithout ?? "", /^GET asks for an API key, but the request has no header x-api-key\. /);
    assert.match(whyOther ?? "", /there is no API key with the value of its header/);
    assert.equal(right.status, 200);
  });

  it("does not answer with a key that is disabled", async () => {
    const { keyId: apiKey } = await permit("prod", false);

    const disabled = await send(VALUE);
    const whyDisabled = why();
    const patchOperations = [{ op: "replace" as const, path: "/enabled", value: "true" }];
    await aws.apigateway.send(new UpdateApiKeyCommand({ apiKey, patchOperations }));
    const enabled = await send(VALUE);

    assert.deepEqual([disabled.status, enabled.status], [403, 200]);
    assert.match(whyDisabled ?? "", /but the API key reader is disabled\./);
  });

  it("does not answer with a key that is in no usage plan of the stage", async () => {
    await deploy("dev");
    const { keyId, usagePlanId } = await permit("dev");

    const [prod, dev] = [await send(VALUE), await send(VALUE, "dev")];
    await aws.apigateway.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId }));
    const taken = await send(VALUE, "dev");

    assert.deepEqual([prod.status, dev.status, taken.status], [403, 200, 403]);
    assert.match(why() ?? "", /but the API key reader is in no usage plan of the stage dev\./);
  });

  it("knows its keys after a restart", async () => {
    await permit();
    const kept = JSON.parse(JSON.stringify(aws.world));

    const serve = serveApi(new World(undefined, kept));
    const [without, right] = [await serve(requestWith()), await serve(requestWith(VALUE))];

    assert.deepEqual([without?.status, right?.status], [403, 200]);
  });

  it("asks for it only as it was deployed", async () => {
    await askForKey("false");

    const before = await send();
    await deploy();
    const after = await send();

    assert.deepEqual([before.status, after.status], [403, 200]);
  });

  it("refuses in the words of INVALID_API_KEY, else of DEFAULT_4XX", async () => {
    const word = (responseType: "DEFAULT_4XX" | "INVALID_API_KEY", text: string) =>
      aws.apigateway.send(
        new PutGatewayResponseCommand({
          restApiId,
          responseType,
          responseTemplates: { "application/json": `{"said":"${text} $context.error.message"}` },
        }),
      );

    await word("DEFAULT_4XX", "any");
    await deploy();
    const any = await send();
    const whyAny = why();
    await word("INVALID_API_KEY", "key");
    await deploy();
    const own = await send();

    assert.deepEqual([any.status, any.body], [403, '{"said":"any Forbidden"}']);
    assert.match(whyAny ?? "", /The gateway response DEFAULT_4XX answers 403\./);
    assert.equal(own.body, '{"said":"key Forbidden"}');
  });

  it("refuses before its throttle takes a token", async () => {
    await permit();
    const patchOperations = ["rateLimit", "burstLimit"].map(limit => ({
      op: "replace" as const,
      path: `/*/*/throttling/${limit}`,
      value: "1",
    }));
    await aws.apigateway.send(new UpdateStageCommand({ restApiId, stageName: "prod", patchOperations }));

    const refused = [await send(), await send(), await send()];
    const first = await send(VALUE);

    assert.deepEqual(
      [...refused, first].map(({ status }) => status),
      [403, 403, 403, 200],
    );
  });

  it("does not look for it in the header where an authorizer would bring it", async () => {
    await permit();
    const patchOperations = [{ op: "replace" as const, path: "/apiKeySource", value: "AUTHORIZER" }];

    await aws.apigateway.send(new UpdateRestApiCommand({ restApiId, patchOperations }));
    const answer = await send(VALUE);

    assert.equal(answer.status, 403);
    assert.match(why() ?? "", /it would come from an authorizer/);
  });
});

describe("a function behind a method that asks for an API key", () => {
  it("is told which one it was", async () => {
    await aws.createFunction(ECHO);
    const method = { restApiId, resourceId: rootId, httpMethod: "GET" };
    const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:fn`;
    await aws.apigateway.send(
      new PutMethodCommand({ ...method, authorizationType: "NONE", apiKeyRequired: true }),
    );
    await aws.apigateway.send(
      new PutIntegrationCommand({
        ...method,
        type: "AWS_PROXY",
        integrationHttpMethod: "POST",
        uri: `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
      }),
    );
    await aws.lambda.send(
      new AddPermissionCommand({
        FunctionName: "fn",
        StatementId: "api",
        Action: "lambda:InvokeFunction",
        Principal: "apigateway.amazonaws.com",
        SourceArn: `arn:aws:execute-api:${REGION}:${ACCOUNT}:${restApiId}/*/*/*`,
      }),
    );
    await deploy();
    const { keyId } = await permit();

    const { body } = await send(VALUE);

    const { identity } = JSON.parse(body).requestContext;
    assert.deepEqual([identity.apiKey, identity.apiKeyId], [VALUE, keyId]);
  });
});
