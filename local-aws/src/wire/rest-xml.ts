/** AWS REST XML (S3). */
import type { AwsError, Protocol } from "../service.ts";
import type { BodyFormat } from "./bindings.ts";
import { type Faults, faultsOf } from "./faults.ts";
import { restProtocol } from "./rest.ts";
import type { Api, Shape } from "./shape.ts";
import { parseXml, readXml } from "./xml-input.ts";
import { element, escaped, writeXml } from "./xml-output.ts";

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

export interface RestXmlOptions {
  /** The XML namespace of its answers. */
  namespace: string;
  faults?: Partial<Faults>;
}

/** A service that speaks REST XML. */
export const restXml = (api: Api, { namespace, faults }: RestXmlOptions): Protocol =>
  restProtocol(api, {
    format: formatOf(namespace),
    faults: { ...faultsOf("MalformedXML", "InvalidRequest"), ...faults },
    headers: requestId => ({ "x-amz-request-id": requestId, "x-amz-id-2": "local" }),
    errorDocument: (error, requestId) => ({
      headers: { "content-type": "application/xml" },
      body: DECLARATION + errorElement(error, requestId),
    }),
  });

const formatOf = (namespace: string): BodyFormat => ({
  read: (shape, root, body, at, noticed) => {
    if (shape.kind === "structure" && shape.members.size === 0) return {};
    return readXml(shape, parseXml(body, root), {}, at, noticed);
  },
  write: (shape, root, value) => DECLARATION + rootElement(root, shape, value, namespace),
  contentType: "application/xml",
  // Only policies are: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
  textType: "application/json",
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: its one member is the root itself. */
function rootElement(root: string, shape: Shape, value: unknown, namespace: string): string {
  const xmlNamespace: [string, string] = ["", namespace];
  if (shape.kind !== "structure" || !shape.members.has(root))
    return writeXml(root, shape, value, { xmlNamespace });
  const { [root]: content = "" } = value as Record<string, string>;
  return element(root, escaped(content), ` xmlns="${namespace}"`);
}

function errorElement({ code, message, extra }: AwsError, requestId: string): string {
  const members = { Code: code, Message: message, ...extra.members, RequestId: requestId, HostId: "local" };
  const elements = Object.entries(members).map(([name, text]) => element(name, escaped(String(text))));
  return element("Error", elements.join(""));
}
