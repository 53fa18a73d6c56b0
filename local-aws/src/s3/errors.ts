/** Errors that several parts of S3 answer. */
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { AwsError } from "../service.ts";

export const accessDenied = (message = "Access Denied") => new AwsError("AccessDenied", 403, message);

export const noSuchBucket = (name: string) =>
  new AwsError("NoSuchBucket", 404, "The specified bucket does not exist", { members: { BucketName: name } });

export const noSuchKey = (key: string) =>
  new AwsError("NoSuchKey", 404, "The specified key does not exist.", { members: { Key: key } });

export const invalidArgument = (message: string, name: string, value: string) =>
  new AwsError("InvalidArgument", 400, message, { members: { ArgumentName: name, ArgumentValue: value } });

export const invalidRequest = (message: string) => new AwsError("InvalidRequest", 400, message);

/** The answer to reading a setting that a bucket does not have. */
export const absent = (code: string, message: string) => new AwsError(code, 404, message);

export const noWebsite = () =>
  absent("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration");

/** The refusal of a document that is not what it should be. */
export const malformedXml = () =>
  new AwsError(
    "MalformedXML",
    400,
    "The XML you provided was not well-formed or did not validate against our published schema.",
  );

export const missingBody = () => new AwsError("MissingRequestBodyError", 400, "Request Body is empty");

export const invalidUri = () => new AwsError("InvalidURI", 400, "Couldn't parse the specified URI.");

/** Decodes a part of a path. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalidUri();
  }
}
