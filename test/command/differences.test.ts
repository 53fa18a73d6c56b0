import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { differences } from "../../command/differences.ts";

const lines = (from: unknown, to: unknown, columns?: number) =>
  differences([{ setting: "it", from, to }], columns).map(line => line.trimStart());

const policy = (...actions: string[]) => ({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: actions, Resource: "table" },
    { Effect: "Allow", Action: ["logs:PutLogEvents"], Resource: "logs" },
  ],
});

describe("what differs", () => {
  test("is one line for a policy's one new action, and for one that goes", () => {
    const [one, two] = [policy("dynamodb:GetItem"), policy("dynamodb:GetItem", "dynamodb:PutItem")];

    assert.deepEqual(lines(one, two), ['+ it Statement[0] Action: "dynamodb:PutItem"']);
    assert.deepEqual(lines(two, one), ['- it Statement[0] Action: "dynamodb:PutItem"']);
  });

  test("is told of a statement by its id, wherever it stands", () => {
    const read = { Sid: "Read", Action: "s3:GetObject" };
    const tls = { Sid: "Tls", Action: "s3:*" };

    assert.deepEqual(lines([read], [tls, { ...read, Action: "s3:*" }]), [
      `+ it: ${JSON.stringify(tls)}`,
      '~ it[1] Action: "s3:GetObject" -> "s3:*"',
    ]);
    assert.deepEqual(lines([read, tls], [tls]), [`- it: ${JSON.stringify(read)}`]);
  });

  test("is told of members that were added, removed or changed, and of no others", () => {
    assert.deepEqual(lines({ a: 1, b: 2, c: 3 }, { b: 4, c: 3, d: false }), [
      "- it a: 1",
      "~ it b: 2 -> 4",
      "+ it d: false",
    ]);
    assert.deepEqual(lines(undefined, 14), ["+ it: 14"]);
  });

  test("is told where a list has only another order", () => {
    assert.deepEqual(lines([1, 2], [2, 1]), ["~ it: [1,2] -> [2,1]"]);
  });

  test("fits into a terminal: what is long has a line each, and is cut", () => {
    const [long, other] = ["a".repeat(60), "b".repeat(100)];

    assert.deepEqual(lines(long, other, 80), [`- it: "${long}"`, `+ it: "${"b".repeat(62)}…`]);
  });

  test("has the colours of its marks", () => {
    const changes = [{ setting: "it", from: { a: 1, b: 1 }, to: { b: 2, c: 3 } }];

    const coloured = differences(changes, 80, (style, text) => `${style} ${text.trim()}`);

    assert.deepEqual(coloured, ["red - it a: 1", "yellow ~ it b: 1 -> 2", "green + it c: 3"]);
  });
});
