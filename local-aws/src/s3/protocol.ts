/** S3's wire protocol: REST XML by the SDK's schemas, and what S3 has besides: chunked bodies, digests, host names. */
import * as sdk from "@aws-sdk/client-s3";
import type { AwsRequest, Call, Protocol } from "../service.ts";
import { bindingsOf } from "../wire/bindings.ts";
import type { Faults } from "../wire/faults.ts";
import { restXml } from "../wire/rest-xml.ts";
import { apiOf } from "../wire/schema.ts";
import { addressOf } from "./address.ts";
import { readBody } from "./body.ts";
import { invalidArgument, invalidUri, malformedXml, missingBody } from "./errors.ts";

/** All operations that S3 has. */
export const api = apiOf(sdk);

const faults: Partial<Faults> = {
  wrongType({ source }) {
    if (!source) return malformedXml();
    if (source.place === "path") return invalidUri();
    return invalidArgument(
      source.name === "max-keys"
        ? "Provided max-keys not an integer or within integer range"
        : `Argument ${source.name} is not valid`,
      source.name,
      source.text,
    );
  },
  missing: ([member = ""]) => (member.includes(".") ? malformedXml() : missingBody()),
};

const wire = restXml(api, { namespace: "http://s3.amazonaws.com/doc/2006-03-01/", faults });

export const s3Protocol: Protocol = {
  ...wire,
  parse(request) {
    const plain = unwrapped(request);
    const call = wire.parse(plain);
    call.noticed?.unknown.push(...strangers(call, plain));
    const { ContentMD5, ChecksumAlgorithm, ...input } = call.input; // readBody has verified them
    return { ...call, input };
  },
  /** A part of an object is 206, which no schema says. */
  answer(call, output, requestId) {
    const response = wire.answer(call, output, requestId);
    return response.headers["content-range"] ? { ...response, status: 206 } : response;
  },
};

/** The request with its content in one piece, every digest in a header, and the bucket in the path. */
function unwrapped(request: AwsRequest): AwsRequest {
  const { bucket, key } = addressOf(request);
  const { content, checksums } = readBody(request);
  const encoding = withoutChunking(request.headers["content-encoding"]);
  const { "content-encoding": _, ...headers } = request.headers;
  return {
    ...request,
    path: bucket ? `/${bucket}${key && `/${key}`}` : "/",
    headers: { ...headers, ...(encoding && { "content-encoding": encoding }), ...checksums },
    body: content,
  };
}

/** aws-chunked is how the content came, not how it is kept. */
const withoutChunking = (encodings = ""): string =>
  encodings
    .split(/,\s*/)
    .filter(encoding => encoding !== "aws-chunked")
    .join(",");

/** Headers that are about the request itself, and those that readBody has verified. */
const ABOUT_REQUEST =
  /^x-amz-(date|content-sha256|security-token|user-agent|sdk-checksum-algorithm|decoded-content-length|trailer|checksum-.*|meta-.*)$/;

/** Headers of S3's own that the operation does not have. */
function strangers({ operation }: Call, { headers }: AwsRequest): string[] {
  const { input } = api.get(operation)!;
  const bound = input ? bindingsOf(input).headers.map(({ name }) => name) : [];
  return Object.keys(headers).filter(
    name => name.startsWith("x-amz-") && !ABOUT_REQUEST.test(name) && !bound.includes(name),
  );
}
