/** The last step of a deploy: when does the API answer, and what is said where it does not? */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, test } from "node:test";
import { zipSync } from "fflate";
import { startAws } from "local-aws";
import type { Progress } from "../../converge/progress.ts";
import { untilItAnswers } from "../../converge/smoke.ts";
import { deploy } from "../../ensure.ts";
import "../shared/caller.ts"; // its deploys have that environment

const local = await startAws();
Object.assign(process.env, local.environment);
after(() => local.close());

/** Keeps what is told in words. */
const noting = (said: string[]): Progress => ({
  tell: event => event.kind === "note" && said.push(event.text),
  during: (_, work) => work,
});

/** Deploys this code as the function. */
async function deployed(name: string, source: string) {
  const zip = zipSync({ "index.mjs": [new TextEncoder().encode(source), { mtime: "2000-01-01" }] });
  const sha256 = createHash("sha256").update(zip).digest("base64");
  const build = { code: async () => ({ zip, sha256 }), page: async (url: string) => url };
  const said: string[] = [];
  const started = performance.now();
  const result = await deploy({
    name,
    region: local.region,
    build,
    progress: noting(said),
  });
  return { ...result, said, seconds: (performance.now() - started) / 1000 };
}

const answering = (status: number, body: string) =>
  `export const handler = async () => ({ statusCode: ${status}, body: ${JSON.stringify(body)} });`;

describe("a function answers, whatever its contract is:", () => {
  const ANSWERS: [string, string, string][] = [
    ["an item that it makes up", answering(200, "{}"), "The API answers."],
    ["that a secret is missing", answering(401, "Who are you?"), "The API answers: 401 Who are you?"],
    ["that the key has a second part", answering(400, "tenant?"), "The API answers: 400 tenant?"],
    ["that such an item is not there", answering(404, ""), "The API answers."],
    ["that it is elsewhere", answering(302, ""), "The API answers: 302"],
  ];

  for (const [index, [what, source, says]] of ANSWERS.entries())
    test(what, async () => {
      const { trouble, said } = await deployed(`answers${index}`, source);

      assert.deepEqual([trouble, said], [undefined, [says]]);
    });
});

describe("a function that fails is not waited for, and the addresses are told:", () => {
  const FAILURES: [string, string, RegExp][] = [
    ["it throws", "export const handler = async () => { throw new Error('on purpose'); };", /fails: 502 /],
    ["it cannot be loaded", "import 'nowhere';", /fails: 502 /],
    ["it answers what is no answer", "export const handler = async () => 'hello';", /fails: 502 /],
    ["it answers 500 itself", answering(500, "Sorry"), /fails: 500 Sorry/],
  ];

  for (const [index, [what, source, says]] of FAILURES.entries())
    test(what, async () => {
      const good = await deployed(`fails${index}`, answering(200, ""));
      const { trouble, siteUrl, apiUrl, seconds } = await deployed(`fails${index}`, source);

      assert.match(trouble!.message, says);
      assert.match(trouble!.remedy, new RegExp(`aws logs tail /aws/lambda/fails${index} `));
      assert.deepEqual([siteUrl, apiUrl], [good.siteUrl, good.apiUrl]);
      assert.ok(seconds < 5, `${seconds} s`);
    });

  test("from the first deploy on, where it gets the four seconds that a new role may need", async () => {
    const good = await deployed("new0", answering(200, ""));
    const { trouble, seconds } = await deployed("new1", answering(500, ""));

    assert.match(trouble!.message, /the function fails/);
    assert.ok(seconds > 4 && seconds < good.seconds + 6, `${seconds} s, not failing ${good.seconds} s`);
  });
});

describe("an API", () => {
  type Answer = (response: ServerResponse) => void;

  const gateway =
    (status: number, body: string): Answer =>
    response =>
      response.writeHead(status, { "x-amzn-errortype": "Exception", "x-amz-apigw-id": "1" }).end(body);
  const good: Answer = response => response.writeHead(200).end();
  const nothing: Answer = response => response.writeHead(404).end("Not found");

  /** Asks something that answers by the seconds that have passed. */
  async function askWhile(answer: (seconds: number) => Answer, methods = ["GET", "POST"]) {
    const started = performance.now();
    const asked = new Set<string>();
    const server = createServer(({ method, url }, response) => {
      asked.add(`${method} ${url}`);
      answer((performance.now() - started) / 1000)(response);
    });
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const said: string[] = [];
    const url = `http://127.0.0.1:${port}/items`;
    const whose = { api: { methods, probe: "id=1" }, logGroup: { name: "" } };
    const changed = [{ type: "stage", outcome: "created" as const }];
    const trouble = await untilItAnswers(url, whose, changed, noting(said));
    server.close();
    server.closeAllConnections();
    return { trouble, said, asked: [...asked] };
  }

  test("whose stage is not known yet is waited for, and what for is told while it lasts", async () => {
    const errors = [
      gateway(403, '{"message":"Forbidden"}'),
      gateway(500, '{"error":{"code":"unavailable"}}'),
    ];
    const { trouble, said } = await askWhile(seconds =>
      seconds < 3 ? errors[0]! : seconds < 5 ? errors[1]! : good,
    );

    assert.equal(trouble, undefined);
    assert.deepEqual(said, [
      'Waiting for the API to answer: 403 {"message":"Forbidden"}',
      'Waiting for the API to answer: 500 {"error":{"code":"unavailable"}}',
      "The API answers.",
    ]);
  });

  test("that wants a key first is not waited for, and that its function was not tried is told", async () => {
    const { said, trouble } = await askWhile(() => gateway(403, '{"error":{"code":"refused"}}'));

    assert.equal(trouble, undefined);
    assert.deepEqual(said, [
      'The API wants a key or a signature before it asks the function, which was not tried: 403 {"error":{"code":"refused"}}',
    ]);
  });

  test("without GET is asked by another method, without what that would store", async () => {
    const { asked } = await askWhile(() => good, ["PUT"]);

    assert.deepEqual(asked, ["PUT /items"]);
  });

  test("whose function fails once by chance is asked again", async () => {
    let count = 0;
    const { said } = await askWhile(() => (count++ === 0 ? gateway(502, "") : good));

    assert.deepEqual(said, ["The API answers."]);
  });

  test("that is not served where something stands in for AWS is not waited for", async () => {
    const { said } = await askWhile(() => nothing);

    assert.deepEqual(said, ["This endpoint does not serve the API."]);
  });
});
