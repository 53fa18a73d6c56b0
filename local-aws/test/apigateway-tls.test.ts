import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateRestApiCommand,
  type CreateRestApiCommandInput,
  GetRestApiCommand,
  type PatchOperation,
  UpdateRestApiCommand,
} from "@aws-sdk/client-api-gateway";
import { refused } from "./refused.ts";
import { aws, restApiId } from "./rest-api.ts";

const POLICY = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09";

const create = (more: Partial<CreateRestApiCommandInput>) =>
  aws.apigateway.send(
    new CreateRestApiCommand({ name: "api", endpointConfiguration: { types: ["REGIONAL"] }, ...more }),
  );
const read = (id = restApiId) => aws.apigateway.send(new GetRestApiCommand({ restApiId: id }));
const update = (settings: Record<string, string>, id = restApiId) => {
  const patchOperations = Object.entries(settings).map(
    ([path, value]): PatchOperation => ({ op: "replace", path: `/${path}`, value }),
  );
  return aws.apigateway.send(new UpdateRestApiCommand({ restApiId: id, patchOperations }));
};

describe("how a REST API is reached", () => {
  it("is over TLS 1.0 and later, unless a security policy says otherwise", async () => {
    const api = await read();
    const secure = await create({ securityPolicy: POLICY, endpointAccessMode: "STRICT" });

    assert.equal(api.securityPolicy, "TLS_1_0");
    assert.equal(api.endpointAccessMode, undefined);
    assert.equal(api.apiStatus, "AVAILABLE");
    assert.equal(secure.securityPolicy, POLICY);
    assert.equal((await read(secure.id)).endpointAccessMode, "STRICT");
  });

  it("wants an access mode with an enhanced security policy, and only there", async () => {
    const needsMode = refused("BadRequestException", /Endpoint access mode is required/, 400);

    await assert.rejects(create({ securityPolicy: POLICY }), needsMode);
    await assert.rejects(update({ securityPolicy: POLICY }), needsMode);
    await assert.rejects(update({ endpointAccessMode: "STRICT" }), refused("BadRequestException"));
    await update({ securityPolicy: POLICY, endpointAccessMode: "BASIC" });
    await update({ endpointAccessMode: "STRICT" });
    await assert.rejects(update({ endpointAccessMode: "" }), needsMode);
    assert.equal((await read()).endpointAccessMode, "STRICT");
    await update({ securityPolicy: "TLS_1_0", endpointAccessMode: "" });

    const back = await read();
    assert.deepEqual([back.securityPolicy, back.endpointAccessMode], ["TLS_1_0", undefined]);
  });

  it("is by a policy for its endpoint type", async () => {
    const edge = { securityPolicy: "SecurityPolicy_TLS13_2025_EDGE", endpointAccessMode: "STRICT" } as const;
    const wrong = refused("BadRequestException", /Invalid security policy/, 400);

    await assert.rejects(create(edge), wrong);
    await assert.rejects(
      update({ securityPolicy: "SecurityPolicy_TLS14", endpointAccessMode: "BASIC" }),
      wrong,
    );
    const { id } = await create({ ...edge, endpointConfiguration: { types: ["EDGE"] } });
    const regional = { "endpointConfiguration/types/EDGE": "REGIONAL" };
    await assert.rejects(update(regional, id), refused("BadRequestException", /SecurityPolicy is required/));
    const moved = await update({ ...regional, securityPolicy: POLICY }, id);

    assert.deepEqual(moved.endpointConfiguration?.types, ["REGIONAL"]);
  });

  it("takes one change at a time", async () => {
    aws.world.timing.api = 40;

    const { apiStatus } = await update({ securityPolicy: POLICY, endpointAccessMode: "BASIC" });
    const second = update({ endpointAccessMode: "STRICT" });

    assert.equal(apiStatus, "UPDATING");
    await assert.rejects(second, refused("BadRequestException", /already an update in progress/, 400));
    await new Promise(resolve => setTimeout(resolve, 60));
    assert.equal((await read()).apiStatus, "AVAILABLE");
    await update({ endpointAccessMode: "STRICT" });
  });
});
