/** What the README says of itself is so. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import { openItems } from "../src/dynamodb/items.ts";
import { servicesOf } from "../src/server.ts";
import { apiOf } from "../src/wire/schema.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README's first line says how many operations are known, carried out, and refused by name", async t => {
  const items = await openItems();
  t.after(() => items.close());
  const services = servicesOf(items);

  const known = services.flatMap(({ api = apiOf(dynamodb), operations }) =>
    [...api.keys()].map(name => ({ isCarriedOut: Object.hasOwn(operations, name) })),
  );
  const carriedOut = known.filter(({ isCarriedOut }) => isCarriedOut).length;
  const refused = known.length - carriedOut;

  const [first] = readme.split(/\r?\n/).filter(line => line && !line.startsWith("#"));
  assert.equal(
    first,
    `It knows ${known.length} operations of seven AWS APIs, carries out ${carriedOut} and refuses ${refused} by name.`,
  );
});

test("the README can be read at once", () => {
  assert.ok(readme.split("\n").length <= 81);
});
