import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { apiUrl, siteUrl } from "../../converge/urls.ts";

const bucket = "dynamosync-111122223333";
const site = (region: string, s3Endpoint?: string) => siteUrl({ region, s3Endpoint }, bucket);
const api = (region: string, endpoint?: string) => apiUrl({ region, endpoint }, "a1b2c3", "prod", "items");

describe("the page's URL", () => {
  test("has a dash in the oldest regions and a dot in the later ones", () => {
    assert.equal(site("us-east-1"), `http://${bucket}.s3-website-us-east-1.amazonaws.com/`);
    assert.equal(site("sa-east-1"), `http://${bucket}.s3-website-sa-east-1.amazonaws.com/`);
    assert.equal(site("eu-central-1"), `http://${bucket}.s3-website.eu-central-1.amazonaws.com/`);
    assert.equal(site("us-gov-east-1"), `http://${bucket}.s3-website.us-gov-east-1.amazonaws.com/`);
    assert.equal(site("us-gov-west-1"), `http://${bucket}.s3-website-us-gov-west-1.amazonaws.com/`);
  });

  test("has China's own domain in China", () => {
    assert.equal(site("cn-north-1"), `http://${bucket}.s3-website.cn-north-1.amazonaws.com.cn/`);
    assert.equal(site("cn-northwest-1"), `http://${bucket}.s3-website.cn-northwest-1.amazonaws.com.cn/`);
  });

  test("names the object where an endpoint stands in for AWS", () => {
    assert.equal(site("us-east-1", "http://localhost:4566"), `http://localhost:4566/${bucket}/index.html`);
  });
});

describe("the API's URL", () => {
  test("is HTTPS in every partition", () => {
    assert.equal(api("eu-west-1"), "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/prod/items");
    assert.equal(api("cn-north-1"), "https://a1b2c3.execute-api.cn-north-1.amazonaws.com.cn/prod/items");
  });

  test("follows the convention of AWS-compatible endpoints where there is one", () => {
    assert.equal(
      api("eu-west-1", "http://127.0.0.1:4566"),
      "http://127.0.0.1:4566/_aws/execute-api/a1b2c3/prod/items",
    );
  });
});
