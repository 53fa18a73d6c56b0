import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect } from "../../converge/aws.ts";
import { apiUrl, siteOrigin, siteUrl } from "../../converge/urls.ts";

const bucket = "dynamosync-111122223333";
const at = (region: string, endpoint?: string) => ({ ...connect(region), endpoint, s3Endpoint: endpoint });
const site = (region: string, endpoint?: string) => siteUrl(at(region, endpoint), bucket);
const api = (region: string, endpoint?: string) => apiUrl(at(region, endpoint), "a1b2c3", "prod", "items");

describe("the page's URL", () => {
  test("is HTTPS, below the bucket's own name, in each partition's domain", () => {
    assert.equal(site("us-east-1"), `https://${bucket}.s3.us-east-1.amazonaws.com/index.html`);
    assert.equal(site("eu-central-1"), `https://${bucket}.s3.eu-central-1.amazonaws.com/index.html`);
    assert.equal(site("us-gov-west-1"), `https://${bucket}.s3.us-gov-west-1.amazonaws.com/index.html`);
    assert.equal(site("cn-north-1"), `https://${bucket}.s3.cn-north-1.amazonaws.com.cn/index.html`);
    assert.equal(site("eusc-de-east-1"), `https://${bucket}.s3.eusc-de-east-1.amazonaws.eu/index.html`);
  });

  test("names the object where an endpoint stands in for AWS", () => {
    assert.equal(site("us-east-1", "http://localhost:4566"), `http://localhost:4566/${bucket}/index.html`);
  });

  test("has the origin that the API allows", () => {
    assert.equal(siteOrigin(at("us-east-1"), bucket), `https://${bucket}.s3.us-east-1.amazonaws.com`);
    assert.equal(siteOrigin(at("us-east-1", "http://localhost:4566"), bucket), "http://localhost:4566");
  });
});

describe("the API's URL", () => {
  test("is HTTPS in every partition", () => {
    assert.equal(api("eu-west-1"), "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/prod/items");
    assert.equal(api("cn-north-1"), "https://a1b2c3.execute-api.cn-north-1.amazonaws.com.cn/prod/items");
    assert.equal(api("eusc-de-east-1"), "https://a1b2c3.execute-api.eusc-de-east-1.amazonaws.eu/prod/items");
  });

  test("follows the convention of AWS-compatible endpoints where there is one", () => {
    assert.equal(
      api("eu-west-1", "http://127.0.0.1:4566"),
      "http://127.0.0.1:4566/_aws/execute-api/a1b2c3/prod/items",
    );
  });
});
