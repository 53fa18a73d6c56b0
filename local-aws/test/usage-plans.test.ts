import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  CreateApiKeyCommand,
  type CreateApiKeyCommandInput,
  CreateDeploymentCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteRestApiCommand,
  DeleteStageCommand,
  DeleteUsagePlanCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetTagsCommand,
  GetUsagePlanCommand,
  GetUsagePlanKeyCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  type PatchOperation,
  TagResourceCommand,
  UpdateApiKeyCommand,
  UpdateUsagePlanCommand,
} from "@aws-sdk/client-api-gateway";
import { REGION } from "./lambda-world.ts";
import { refused } from "./refused.ts";
import { aws, putMock, restApiId } from "./rest-api.ts";

const VALUE = "a-value-of-20-letters";

const createKey = (settings: CreateApiKeyCommandInput = {}) =>
  aws.apigateway.send(new CreateApiKeyCommand({ name: "reader", ...settings }));
const createPlan = (...stages: string[]) =>
  aws.apigateway.send(
    new CreateUsagePlanCommand({
      name: "plan",
      apiStages: stages.map(stage => ({ apiId: restApiId, stage })),
    }),
  );
const deploy = (stageName: string) =>
  aws.apigateway.send(new CreateDeploymentCommand({ restApiId, stageName }));
const patchPlan = (usagePlanId: string | undefined, ...patchOperations: PatchOperation[]) =>
  aws.apigateway.send(new UpdateUsagePlanCommand({ usagePlanId, patchOperations }));
const addKey = (usagePlanId: string | undefined, keyId: string | undefined, keyType = "API_KEY") =>
  aws.apigateway.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType }));
const stagesOf = async (usagePlanId: string | undefined) =>
  (await aws.apigateway.send(new GetUsagePlanCommand({ usagePlanId }))).apiStages;

describe("API keys", () => {
  it("have a value of forty characters, or a given one, which is told when it is asked for", async () => {
    const made = await createKey({ value: "" });
    const given = await createKey({ name: "other", value: VALUE, enabled: true, tags: { team: "a" } });

    const plain = await aws.apigateway.send(new GetApiKeyCommand({ apiKey: given.id }));
    const full = await aws.apigateway.send(new GetApiKeyCommand({ apiKey: given.id, includeValue: true }));
    const all = await aws.apigateway.send(new GetApiKeysCommand({ includeValues: true }));
    const names = await aws.apigateway.send(new GetApiKeysCommand({}));

    assert.match(made.value ?? "", /^[a-zA-Z0-9]{40}$/);
    assert.equal(made.enabled, false);
    assert.equal(given.value, VALUE);
    assert.equal("value" in plain, false);
    assert.equal(full.value, VALUE);
    assert.deepEqual([full.enabled, full.tags, full.stageKeys], [true, { team: "a" }, []]);
    assert.ok(full.createdDate instanceof Date);
    assert.deepEqual(
      all.items?.map(({ value }) => value),
      [made.value, VALUE],
    );
    assert.deepEqual(
      names.items?.map(({ name, value }) => [name, value]),
      [
        ["reader", undefined],
        ["other", undefined],
      ],
    );
  });

  it("have values of 20 to 128 characters, each one's own", async () => {
    await createKey({ value: VALUE });

    await assert.rejects(
      createKey({ value: VALUE }),
      refused("ConflictException", /API Key already exists/, 409),
    );
    await assert.rejects(
      createKey({ value: "short" }),
      refused("BadRequestException", /at least 20 characters/),
    );
    await assert.rejects(
      createKey({ value: "x".repeat(129) }),
      refused("BadRequestException", /exceeds maximum size of 128 characters/),
    );
  });

  it("can be disabled, renamed and deleted", async () => {
    const { id: apiKey } = await createKey({ enabled: true });
    const update = (path: string, value: string) =>
      aws.apigateway.send(
        new UpdateApiKeyCommand({ apiKey, patchOperations: [{ op: "replace", path, value }] }),
      );

    const disabled = await update("/enabled", "false");
    const renamed = await update("/name", "other");
    await assert.rejects(update("/customerId", "1"), refused("NotImplemented", /\/customerId/));
    await assert.rejects(
      update("/value", VALUE),
      refused("BadRequestException", /Invalid patch path \/value/),
    );
    await aws.apigateway.send(new DeleteApiKeyCommand({ apiKey }));

    assert.equal(disabled.enabled, false);
    assert.equal(renamed.name, "other");
    const get = aws.apigateway.send(new GetApiKeyCommand({ apiKey }));
    await assert.rejects(get, refused("NotFoundException", /^Invalid API Key identifier specified$/, 404));
  });
});

describe("usage plans", () => {
  beforeEach(async () => {
    await putMock();
    await deploy("prod");
    await deploy("dev");
  });

  it("are made for stages that exist", async () => {
    const plan = await createPlan("prod");

    const all = await aws.apigateway.send(new GetUsagePlansCommand({}));

    assert.deepEqual(plan.apiStages, [{ apiId: restApiId, stage: "prod" }]);
    assert.deepEqual(
      all.items?.map(({ id, name }) => [id, name]),
      [[plan.id, "plan"]],
    );
    const missing = new RegExp(`^API Stage not found: ${restApiId}:test$`);
    await assert.rejects(createPlan("test"), refused("NotFoundException", missing));
    const nothing = aws.apigateway.send(new GetUsagePlanCommand({ usagePlanId: "none" }));
    await assert.rejects(nothing, refused("NotFoundException", /^Invalid Usage Plan ID specified$/));
  });

  it("take up stages and let go of them", async () => {
    const { id } = await createPlan("prod");
    const path = "/apiStages";

    const two = await patchPlan(id, { op: "add", path, value: `${restApiId}:dev` });
    const one = await patchPlan(id, { op: "remove", path, value: `${restApiId}:prod` });

    assert.deepEqual(
      two.apiStages?.map(({ stage }) => stage),
      ["prod", "dev"],
    );
    assert.deepEqual(
      one.apiStages?.map(({ stage }) => stage),
      ["dev"],
    );
    const again = patchPlan(id, { op: "remove", path, value: `${restApiId}:prod` });
    await assert.rejects(again, refused("NotFoundException", /Invalid API Stage \{api: .*, stage: prod\}/));
    const twice = patchPlan(id, { op: "add", path, value: `${restApiId}:dev` });
    await assert.rejects(twice, refused("ConflictException"));
    const bare = patchPlan(id, { op: "remove", path });
    await assert.rejects(bare, refused("BadRequestException", /^Invalid API Stage specified$/));
    const within = patchPlan(id, { op: "remove", path: `${path}/${restApiId}:dev` });
    await assert.rejects(within, refused("BadRequestException", /Invalid patch/));
  });

  it("are deleted only once they have let go of their stages", async () => {
    const { id: usagePlanId } = await createPlan("prod");
    const remove = () => aws.apigateway.send(new DeleteUsagePlanCommand({ usagePlanId }));

    const held = new RegExp(
      `^Cannot delete Usage Plan ${usagePlanId} because there are API Stages associated with it, including ${restApiId}:prod$`,
    );
    await assert.rejects(remove(), refused("BadRequestException", held));
    await patchPlan(usagePlanId, { op: "remove", path: "/apiStages", value: `${restApiId}:prod` });
    await remove();

    await assert.rejects(remove(), refused("NotFoundException"));
  });

  it("lose a stage that is deleted, and all of an API that is", async () => {
    const { id } = await createPlan("prod", "dev");

    await aws.apigateway.send(new DeleteStageCommand({ restApiId, stageName: "dev" }));
    const afterStage = await stagesOf(id);
    await aws.apigateway.send(new DeleteRestApiCommand({ restApiId }));
    const afterApi = await stagesOf(id);

    assert.deepEqual(afterStage, [{ apiId: restApiId, stage: "prod" }]);
    assert.deepEqual(afterApi, []);
  });

  it("have keys, each in one plan of a stage", async () => {
    const { id: one } = await createPlan("prod");
    const { id: other } = await createPlan("prod");
    const key = await createKey();

    const added = await addKey(one, key.id);
    const keys = await aws.apigateway.send(new GetUsagePlanKeysCommand({ usagePlanId: one }));
    const plans = await aws.apigateway.send(new GetUsagePlansCommand({ keyId: key.id }));

    assert.deepEqual(
      [added.id, added.type, added.value, added.name],
      [key.id, "API_KEY", key.value, "reader"],
    );
    assert.deepEqual(
      keys.items?.map(({ id }) => id),
      [key.id],
    );
    assert.deepEqual(
      plans.items?.map(({ id }) => id),
      [one],
    );
    await assert.rejects(addKey(one, key.id), refused("ConflictException"));
    await assert.rejects(addKey(other, key.id), refused("ConflictException", /prod/));
    await assert.rejects(addKey(other, "none"), refused("NotFoundException", /API Key/));
    await assert.rejects(addKey(other, key.id, "TOKEN"), refused("BadRequestException", /API_KEY/));
    await patchPlan(other, { op: "remove", path: "/apiStages", value: `${restApiId}:prod` });
    await addKey(other, key.id);
    const shared = patchPlan(other, { op: "add", path: "/apiStages", value: `${restApiId}:prod` });
    await assert.rejects(shared, refused("ConflictException", /prod/));
  });

  it("lose a key that is taken out or deleted", async () => {
    const { id: usagePlanId } = await createPlan();
    const [one, two] = [await createKey(), await createKey()];
    await addKey(usagePlanId, one.id);
    await addKey(usagePlanId, two.id);

    await aws.apigateway.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId: one.id }));
    await aws.apigateway.send(new DeleteApiKeyCommand({ apiKey: two.id }));
    const { items } = await aws.apigateway.send(new GetUsagePlanKeysCommand({ usagePlanId }));

    assert.deepEqual(items, []);
    const get = aws.apigateway.send(new GetUsagePlanKeyCommand({ usagePlanId, keyId: one.id }));
    await assert.rejects(get, refused("NotFoundException"));
  });

  it("and keys have tags", async () => {
    const [{ id: plan }, { id: key }] = [await createPlan(), await createKey()];
    const tagged = [`usageplans/${plan}`, `apikeys/${key}`];

    for (const path of tagged) {
      const resourceArn = `arn:aws:apigateway:${REGION}::/${path}`;
      await aws.apigateway.send(new TagResourceCommand({ resourceArn, tags: { team: "a" } }));
      const { tags } = await aws.apigateway.send(new GetTagsCommand({ resourceArn }));

      assert.deepEqual(tags, { team: "a" }, path);
    }
    const resourceArn = `arn:aws:apigateway:${REGION}::/apikeys/${key}/stages/prod`;
    const ofStage = aws.apigateway.send(new GetTagsCommand({ resourceArn }));
    await assert.rejects(ofStage, refused("BadRequestException", /Invalid ARN/));
  });

  it("have no throttle and no quota here, which is said", async () => {
    const { id } = await createPlan("prod");
    const create = (settings: object) =>
      aws.apigateway.send(new CreateUsagePlanCommand({ name: "plan", ...settings }));
    const throttle = { rateLimit: 1, burstLimit: 1 };
    const apiStages = [{ apiId: restApiId, stage: "prod", throttle: { "/GET": throttle } }];

    await assert.rejects(create({ throttle }), refused("NotImplemented", /throttle/));
    await assert.rejects(create({ quota: { limit: 1, period: "DAY" } }), refused("NotImplemented", /quota/));
    await assert.rejects(create({ apiStages }), refused("NotImplemented", /apiStages\.throttle/));
    for (const path of ["/throttle/rateLimit", "/quota/limit", `/apiStages/${restApiId}:prod/throttle`])
      await assert.rejects(
        patchPlan(id, { op: "replace", path, value: "1" }),
        refused("NotImplemented", /throttle|quota/),
      );
  });
});
