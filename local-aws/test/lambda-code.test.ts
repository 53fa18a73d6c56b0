/** GetFunction's Code.Location: a URL that any HTTP client fetches, and only who was given it. */
import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { DeleteFunctionCommand, GetFunctionCommand, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { aws, ECHO, FunctionName } from "./functions.ts";
import { zipOf } from "./lambda-world.ts";

const ZIP = zipOf({ "index.mjs": ECHO });
const CHANGED = zipOf({ "index.mjs": `${ECHO} // changed` });

async function location(): Promise<URL> {
  const { Code } = await aws.lambda.send(new GetFunctionCommand({ FunctionName }));
  return new URL(Code?.Location ?? "");
}

const fetched = ({ pathname, search }: URL, method = "GET") =>
  aws.answer({ method, url: pathname + search, headers: { host: "127.0.0.1:4566" }, body: Buffer.alloc(0) });

describe("the location of a function's code", () => {
  it("gives the very zip to whoever has it, without a signature", async () => {
    await aws.createFunction(ECHO, { Code: { ZipFile: ZIP } });

    const url = await location();
    const { status, body } = await fetched(url);

    assert.equal(url.origin, aws.world.endpoint);
    assert.equal(status, 200);
    assert.deepEqual(Buffer.from(body), Buffer.from(ZIP));
  });

  it("is of this function alone", async () => {
    await aws.createFunction(ECHO);
    await aws.createFunction(ECHO, { FunctionName: "other" });
    const url = await location();
    url.pathname = url.pathname.replace("/fn/", "/other/");

    const { status, body } = await fetched(url);

    assert.equal(status, 403);
    assert.match(String(body), /AccessDenied/);
  });

  for (const parameter of ["expires", "signature"])
    it(`is refused with another ${parameter}`, async () => {
      await aws.createFunction(ECHO);
      const url = await location();
      url.searchParams.set(parameter, "9999999999");

      assert.equal((await fetched(url)).status, 403);
    });

  it("only reads", async () => {
    await aws.createFunction(ECHO);

    assert.equal((await fetched(await location(), "PUT")).status, 403);
  });

  it("is gone once the function has other code", async () => {
    await aws.createFunction(ECHO, { Code: { ZipFile: ZIP } });
    const first = await location();
    await aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: CHANGED }));
    const second = await location();

    assert.equal((await fetched(first)).status, 403);
    assert.deepEqual(Buffer.from((await fetched(second)).body), Buffer.from(CHANGED));
  });

  it("is gone with the function", async () => {
    await aws.createFunction(ECHO);
    const url = await location();
    await aws.lambda.send(new DeleteFunctionCommand({ FunctionName }));

    assert.equal((await fetched(url)).status, 403);
  });

  it("is good for ten minutes", async () => {
    await aws.createFunction(ECHO);
    const url = await location();
    mock.timers.enable({ apis: ["Date"], now: Date.now() + 590_000 });

    const soon = await fetched(url);
    mock.timers.tick(11_000);
    const late = await fetched(url);
    mock.timers.reset();

    assert.deepEqual([soon.status, late.status], [200, 403]);
  });
});
