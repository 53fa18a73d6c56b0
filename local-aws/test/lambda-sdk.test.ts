/** The SDK beside a function: Lambda's Node runtimes contain it, so that a package need not bring it along. */
import assert from "node:assert/strict";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { aws } from "./functions.ts";
import { zipOf } from "./lambda-world.ts";

const files = (all: Record<string, string>) => ({ Code: { ZipFile: zipOf(all) } });

describe("a function that imports the SDK and does not bring it", () => {
  for (const name of ["client-dynamodb", "client-s3", "client-sts"])
    it(`finds ${name}`, async () => {
      await aws.createFunction(`
        import * as sdk from "@aws-sdk/${name}";
        export const handler = async () => Object.keys(sdk).filter(name => name.endsWith("ServiceException"));
      `);

      const { error, answer } = await aws.invoke();

      assert.equal(error, undefined, JSON.stringify(answer));
      assert.equal(answer.length, 1);
    });

  it("finds it with require, too, and from a folder", async () => {
    const index = `
      const { SignatureV4 } = require("@smithy/signature-v4");
      const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
      exports.handler = async () => [typeof SignatureV4, await new DynamoDBClient().config.region()];`;
    await aws.createFunction("", { Handler: "src/index.handler", ...files({ "src/index.js": index }) });

    const { answer } = await aws.invoke();

    assert.deepEqual(answer, ["function", "eu-west-1"]);
  });

  it("still does not find what Lambda does not contain", async () => {
    await aws.createFunction(`import "fflate"; export const handler = async () => {};`);

    const { answer } = await aws.invoke();

    assert.match(answer.errorMessage, /Cannot find package 'fflate'/);
  });
});

describe("a function that brings its own SDK", () => {
  it("uses that", async () => {
    const folder = "node_modules/@aws-sdk/client-dynamodb";
    await aws.createFunction(
      "",
      files({
        "index.mjs": `import { own } from "@aws-sdk/client-dynamodb"; export const handler = async () => own;`,
        [`${folder}/package.json`]: `{ "name": "@aws-sdk/client-dynamodb", "type": "module", "main": "index.js" }`,
        [`${folder}/index.js`]: "export const own = 'its own';",
      }),
    );

    const { answer } = await aws.invoke();

    assert.equal(answer, "its own");
  });

  it("leaves nothing behind, and the SDK where it is", async () => {
    await aws.createFunction("export const handler = async () => process.env.LAMBDA_TASK_ROOT;");
    const { answer } = await aws.invoke();
    const around = dirname(answer);
    const linked = realpathSync(join(around, "node_modules/@aws-sdk/client-dynamodb"));

    await aws.world.close();

    assert.equal(existsSync(around), false);
    assert.ok(existsSync(join(linked, "package.json")));
  });
});
