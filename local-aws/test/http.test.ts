import assert from "node:assert/strict";
import { Agent, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { ConnectionCut } from "../src/aws.ts";
import { listen } from "../src/http.ts";
import type { WireRequest } from "../src/service.ts";
import { listening, send, sendText, textAnswer } from "./started.ts";

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

  it("refuses a request of two hosts, or of one that is none", async t => {
    const { port } = await listening(t, textAnswer("inside"));
    const own = `127.0.0.1:${port}`;
    const statusFor = async (...hosts: string[]) => {
      const lines = hosts.map(host => `Host: ${host}\r\n`).join("");
      return (await sendText(port, `GET / HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`)).split(" ")[1];
    };

    assert.equal(await statusFor(own), "200");
    for (const hosts of [
      [own, own],
      [own, "evil.example"],
      [`${own}:evil`],
      [`${own}e0`],
      [`${own} `, ""],
      [],
    ])
      assert.equal(await statusFor(...hosts), "400", String(hosts));
  });

  it("tells how large the head of a request was, be its headers ever so many", async t => {
    const seen: WireRequest[] = [];
    const { port } = await listening(t, async wire => {
      seen.push(wire);
      return { status: 200, headers: {}, body: "" };
    });
    const small = Array.from({ length: 3_000 }, (_, n) => `x${n}: y\r\n`).join("");
    const same = "x: y\r\n".repeat(3_000);
    const head = `GET /?a HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n`;

    for (const headers of [small, same]) await sendText(port, `${head}${headers}x-last: z\r\n\r\n`);

    const sizes = [small, same].map(headers => `${head}${headers}x-last: z\r\n`.length);
    assert.deepEqual(
      seen.map(({ headBytes }) => headBytes),
      sizes,
    );
    assert.deepEqual(
      seen.map(({ headers }) => headers["x-last"]),
      ["z", "z"],
    );
  });

  it("reads no body of more than 16 MB, unless it is a function's code, and lets its sender hear why", async t => {
    const { port } = await listening(t, async ({ body, bodyTooLarge }) => ({
      status: bodyTooLarge ? 413 : 200,
      headers: {},
      body: `${body.length}`,
    }));
    const large = Buffer.alloc(20 * MEGABYTE);
    const signedFor = (service: string) => ({
      authorization: `AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/${service}/aws4_request`,
    });
    const post = async (headers: OutgoingHttpHeaders) => {
      const { status, body } = await send(port, { method: "POST", headers, body: large });
      return [status, body];
    };

    assert.deepEqual(await post(signedFor("lambda")), [200, `${large.length}`]);
    assert.deepEqual(await post(signedFor("s3")), [413, "0"]);
    assert.deepEqual(await post({ "transfer-encoding": "chunked" }), [413, "0"]);
  });

  it("takes the next request of a connection after a body that was too large", async t => {
    const { port } = await listening(t, async ({ bodyTooLarge }) => ({
      status: bodyTooLarge ? 413 : 200,
      headers: {},
      body: "",
    }));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());

    const refused = await send(port, { method: "POST", body: Buffer.alloc(20 * MEGABYTE), agent });
    const next = await send(port, { agent });

    assert.deepEqual([refused.status, next.status], [413, 200]);
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
