import assert from "node:assert/strict";
import type { OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { ConnectionCut } from "../src/aws.ts";
import { listen } from "../src/http.ts";
import type { WireRequest } from "../src/service.ts";
import { listening, send, textAnswer } from "./started.ts";

const MEGABYTE = 1024 * 1024;

describe("the socket of the local AWS", () => {
  it("passes a request on as it came, and the answer back", async t => {
    let seen: WireRequest | undefined;
    const { port } = await listening(t, async wire => {
      seen = wire;
      return { status: 201, headers: { "x-answer": "yes" }, body: Buffer.from("done") };
    });

    const answer = await send(port, {
      method: "POST",
      path: "/a%20b?c=%26",
      headers: { "X-Some": "1" },
      body: "é",
    });

    assert.equal(seen?.method, "POST");
    assert.equal(seen?.url, "/a%20b?c=%26");
    assert.equal(seen?.headers["x-some"], "1");
    assert.equal(seen?.body.toString(), "é");
    assert.deepEqual([answer.status, answer.headers["x-answer"], answer.body], [201, "yes", "done"]);
  });

  it("answers only under its own names and its own port", async t => {
    const { port } = await listening(t, textAnswer("inside"));
    const statusFor = async (host: string) => (await send(port, { headers: { host } })).status;

    const own = [`127.0.0.1:${port}`, `localhost:${port}`, `pages.s3-website-us-east-1.localhost:${port}`];
    const foreign = [
      "evil.example",
      `evil.example:${port}`,
      `localhost:${port + 1}`,
      "localhost",
      `localhost.evil.example:${port}`,
      `x.s3-website.localhost.evil.example:${port}`,
    ];

    for (const host of own) assert.equal(await statusFor(host), 200, host);
    for (const host of foreign) assert.notEqual(await statusFor(host), 200, host);
  });

  it("listens on this machine only", async t => {
    const { port } = await listening(t, textAnswer("inside"));

    const other = new Promise((resolve, reject) => {
      connect({ host: "127.0.0.2", port }).on("connect", resolve).on("error", reject);
    });

    await assert.rejects(other, { code: "ECONNREFUSED" });
  });

  it("takes headers larger than API Gateway's limit, so that execute-api can refuse them itself", async t => {
    const { port } = await listening(t, textAnswer("inside"));

    const { status } = await send(port, { path: `/?value=${"x".repeat(20_000)}` });

    assert.equal(status, 200);
  });

  it("refuses a body of more than 16 MB, unless it is a function's code", async t => {
    const { port } = await listening(t, async ({ body }) => ({
      status: 200,
      headers: {},
      body: `${body.length}`,
    }));
    const large = Buffer.alloc(17 * MEGABYTE);
    const signedFor = (service: string) => ({
      authorization: `AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/${service}/aws4_request`,
    });
    const post = (headers: OutgoingHttpHeaders) => send(port, { method: "POST", headers, body: large });

    const code = await post(signedFor("lambda"));
    const chunked = post({ "transfer-encoding": "chunked" });
    const object = post(signedFor("s3"));

    assert.equal(code.body, `${large.length}`);
    for (const refused of [chunked, object]) {
      const outcome = await refused.then(
        ({ status }) => status,
        error => error.code,
      );
      assert.ok([413, "ECONNRESET", "EPIPE"].includes(outcome), `${outcome}`);
    }
    assert.equal((await send(port)).status, 200);
  });

  it("breaks the connection when the weather cuts it", async t => {
    const { port } = await listening(t, async () => {
      throw new ConnectionCut();
    });

    await assert.rejects(send(port), { code: "ECONNRESET" });
  });

  it("says in plain words that the port is taken", async t => {
    const { port } = await listening(t, textAnswer("first"));

    const second = listen(textAnswer("second"), port);

    await assert.rejects(second, {
      message: `Cannot listen on 127.0.0.1:${port} because the port is taken: another program uses it, perhaps another npm start. Stop that program or use --port N.`,
    });
  });

  it("lets a request under way end before it closes, and does not wait for idle connections", async t => {
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    let arrived = () => {};
    const arrival = new Promise<void>(resolve => {
      arrived = resolve;
    });
    const socket = await listen(async () => {
      arrived();
      await held;
      return { status: 200, headers: {}, body: "late" };
    }, 0);
    const idle = connect({ host: "127.0.0.1", port: socket.port });
    t.after(() => idle.destroy());
    const underWay = send(socket.port);
    await arrival;

    const closed = socket.close();
    release();

    assert.equal((await underWay).body, "late");
    await closed;
  });

  it("closes within seconds even when a request never ends", async () => {
    let arrived = () => {};
    const arrival = new Promise<void>(resolve => {
      arrived = resolve;
    });
    const socket = await listen(() => {
      arrived();
      return new Promise(() => {});
    }, 0);
    const never = send(socket.port).catch(error => error.code);
    await arrival;

    const begun = performance.now();
    await socket.close();

    assert.ok(performance.now() - begun < 5_000);
    assert.equal(await never, "ECONNRESET");
  });
});
