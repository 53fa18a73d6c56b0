/** How much is asked of AWS, counted. How fast it is, npm run bench shows. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "../../converge/aws.ts";
import { allowed } from "../../dev/agreement.ts";
import { countCourses } from "./round-trips.ts";

const courses = await countCourses();
/** Two for each method of the API, which is put and integrated. */
const FIRST = 40 + 2 * allowed().methods.length;

test(`a first deploy makes at most ${FIRST} calls, 12 of them one after the other, and then asks the API, all at once`, () => {
  const { calls, roundTrips } = courses.first;

  assert.ok(calls.length <= FIRST, `${calls.length} calls: ${calls.join(" ")}`);
  assert.ok(roundTrips <= 13, `${roundTrips} round trips`);
});

test("an unchanged deploy knows after 3 round trips, and writes nothing", () => {
  const { calls, writes, roundTrips } = courses.unchanged;

  assert.deepEqual(writes, []);
  assert.ok(roundTrips <= 3, `${roundTrips} round trips`);
  assert.equal(new Set(calls).size, calls.length, `read twice: ${calls.join(" ")}`);
});

test("a change of the code alone writes the code alone, and asks the API", () => {
  const { writes, roundTrips } = courses.codeOnly;

  assert.deepEqual(writes, ["UpdateFunctionCode"]);
  assert.ok(roundTrips <= 6, `${roundTrips} round trips`);
});

test("a change of the page alone writes the page alone, and does not ask the API", () => {
  const { writes, roundTrips } = courses.pageOnly;

  assert.deepEqual(writes, ["PutObject"]);
  assert.ok(roundTrips <= 4, `${roundTrips} round trips`);
});

test("a teardown removes in 9 writes what a deploy has made, with at most 26 calls", () => {
  const { calls, writes, roundTrips } = courses.teardown;

  assert.equal(writes.length, 9, writes.join(" "));
  assert.ok(calls.length <= 26, `${calls.length} calls: ${calls.join(" ")}`);
  assert.ok(roundTrips <= 8, `${roundTrips} round trips`);
});

test("a profile's credentials are asked for once, not once for each of seven services", async t => {
  const directory = await mkdtemp(join(tmpdir(), "dynamosync-counts-"));
  t.after(() => rm(directory, { recursive: true }));
  const asked = join(directory, "asked");
  const answer = { Version: 1, AccessKeyId: "AKIDEXAMPLE", SecretAccessKey: "secret" };
  const program = `
    require("node:fs").appendFileSync(${JSON.stringify(asked)}, ".");
    console.log(${JSON.stringify(JSON.stringify(answer))});`;
  await writeFile(join(directory, "program.cjs"), program);
  const command = `"${process.execPath}" "${join(directory, "program.cjs")}"`;
  await writeFile(join(directory, "config"), `[profile counted]\ncredential_process = ${command}\n`);
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
  Object.assign(process.env, { AWS_PROFILE: "counted", AWS_CONFIG_FILE: join(directory, "config") });

  const { apigateway, dynamodb, iam, lambda, logs, s3, sts } = connect("eu-central-1").sdk;
  for (const { config } of [apigateway, dynamodb, iam, lambda, logs, s3, sts]) await config.credentials();

  assert.equal(await readFile(asked, "utf8"), ".");
});
