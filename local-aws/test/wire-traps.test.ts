import assert from "node:assert/strict";
import { test } from "node:test";
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import type { Protocol } from "../src/service.ts";
import { restJson } from "../src/wire/rest-json.ts";
import { restXml } from "../src/wire/rest-xml.ts";
import { apiOf } from "../src/wire/schema.ts";

const ofS3 = restXml(apiOf(s3), { namespace: "http://s3.amazonaws.com/doc/2006-03-01/" });
const ofApis = restJson(apiOf(apigateway));
const ofFunctions = restJson(apiOf(lambda));

/** Reads "METHOD /path?query" with headers and a body. */
function parse(protocol: Protocol, request: string, headers: Record<string, string> = {}, body = "") {
  const [method = "", url = ""] = request.split(" ");
  const [path = "", query = ""] = url.split("?");
  return protocol.parse({
    method,
    url,
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.from(body),
    region: "eu-west-1",
    caller: { kind: "account" },
    requestId: "1",
  });
}

test("requests of S3 that look alike are told apart by what they require", () => {
  const operationOf = (request: string, headers = {}) => parse(ofS3, request, headers).operation;

  assert.equal(operationOf("PUT /b/k"), "PutObject");
  assert.equal(operationOf("PUT /b/k", { "x-amz-copy-source": "/b/other" }), "CopyObject");
  assert.equal(operationOf("PUT /b/k?partNumber=1&uploadId=u"), "UploadPart");
  assert.equal(
    operationOf("PUT /b/k?partNumber=1&uploadId=u", { "x-amz-copy-source": "/b/o" }),
    "UploadPartCopy",
  );
  assert.equal(operationOf("GET /"), "ListBuckets");
  assert.equal(operationOf("GET /b"), "ListObjects");
  assert.equal(operationOf("GET /b/"), "ListObjects");
  assert.equal(operationOf("GET /b?list-type=2&prefix=a"), "ListObjectsV2");
  assert.equal(operationOf("GET /b?policy"), "GetBucketPolicy");
  assert.equal(operationOf("GET /b?policy="), "GetBucketPolicy");
  assert.equal(operationOf("GET /b?metrics"), "ListBucketMetricsConfigurations");
  assert.equal(operationOf("GET /b?metrics&id=m"), "GetBucketMetricsConfiguration");
  assert.equal(operationOf("GET /b/k?acl"), "GetObjectAcl");
  assert.equal(operationOf("DELETE /b/k?uploadId=u"), "AbortMultipartUpload");
});

test("a key keeps its slashes, and an encoded one in a label is no separator", () => {
  assert.equal(parse(ofS3, "GET /b/a//b/").input.Key, "a//b/");
  assert.equal(parse(ofS3, "GET /b/a%2Fb%20c").input.Key, "a/b c");
  assert.equal(parse(ofApis, "GET /tags/arn%3Aaws%2Fx").input.resourceArn, "arn:aws/x");
});

test("a request for the wrong path or method asks for no operation", () => {
  assert.throws(() => parse(ofApis, "GET /restapis/a/b/c/d/e"), { code: "NotImplemented", status: 501 });
  assert.throws(() => parse(ofApis, "PATCH /restapis"), { code: "NotImplemented" });
  assert.throws(() => parse(ofApis, "GET /restapis//resources"), { code: "NotImplemented" });
});

test("an operation that lacks what it requires is found all the same, and what is missing is told", () => {
  const { operation, noticed } = parse(ofFunctions, "DELETE /2017-03-31/tags/arn");

  assert.equal(operation, "UntagResource");
  assert.deepEqual(noticed, { unknown: [], missing: ["tagKeys"] });
});

test("what the schema does not know of a query or a body is noticed", () => {
  const listed = parse(ofApis, "GET /restapis?limit=5&page=2&x-id=GetRestApis");
  const created = parse(ofApis, "POST /restapis", {}, '{"name":"a","endpointConfiguration":{"kind":"x"}}');

  assert.deepEqual(listed.input, { limit: 5 });
  assert.deepEqual(listed.noticed?.unknown, ["page"]);
  assert.deepEqual(created.noticed?.unknown, ["endpointConfiguration.kind"]);
});

test("a value of a wrong type is refused, wherever it stands", () => {
  const refused = { code: "SerializationException", status: 400 };

  assert.throws(() => parse(ofApis, "GET /restapis?limit=ten"), refused);
  assert.throws(() => parse(ofApis, "GET /restapis/%E0%A4%A"), refused);
  assert.throws(() => parse(ofApis, "POST /restapis", {}, "{"), refused);
  assert.throws(() => parse(ofApis, "POST /restapis", {}, "[]"), refused);
  assert.throws(() => parse(ofApis, "POST /restapis", {}, '{"name":"a","tags":"x"}'), refused);
  assert.throws(() => parse(ofApis, "POST /restapis", {}, '{"name":["a"]}'), refused);
  assert.throws(() => parse(ofS3, "PUT /b?tagging", {}, "<Tagging><TagSet>x</TagSet></Tagging>"), {
    code: "MalformedXML",
  });
  assert.throws(() => parse(ofS3, "PUT /b?tagging", {}, "<Other/>"), { code: "MalformedXML" });
});

test("a name that objects have by themselves is a name like any other", () => {
  const body = '{"name":"a","__proto__":{"description":"b"},"tags":{"__proto__":"c"}}';

  const { input, noticed } = parse(ofApis, "POST /restapis", {}, body);

  assert.deepEqual(noticed?.unknown, ["__proto__"]);
  assert.equal(input.description, undefined);
  assert.deepEqual(Object.entries(input.tags as object), [["__proto__", "c"]]);
});

test("a bucket's location is not wrapped, and an empty one is a root all the same", () => {
  const answer = (output: object) =>
    String(ofS3.answer({ operation: "GetBucketLocation", input: {} }, output, "1").body).split("\n")[1];

  assert.equal(
    answer({ LocationConstraint: "eu-west-1" }),
    '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>',
  );
  assert.equal(answer({}), '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>');
});

test("a position that is answered stands in the body, whatever its trait says", () => {
  const { body } = ofApis.answer({ operation: "GetRestApis", input: {} }, { items: [], position: "p" }, "1");

  assert.equal(body, '{"item":[],"position":"p"}');
});

test("an operation that answers what AWS does not have is a defect", () => {
  const answer = (output: object) => () => ofApis.answer({ operation: "GetRestApi", input: {} }, output, "1");

  assert.throws(answer({ nome: "a" }), /returned nome, which RestApi does not have/);
  assert.throws(answer({ endpointConfiguration: { type: "EDGE" } }), /EndpointConfiguration/);
});
