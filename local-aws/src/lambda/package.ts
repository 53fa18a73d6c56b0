/** What a function is given to run, as Lambda checks it. */
import { createHash } from "node:crypto";
import type * as sdk from "@aws-sdk/client-lambda";
import { AwsError, notImplemented } from "../service.ts";
import { brokenConstraint } from "../wire/constraints.ts";
import { invalid, type LambdaFunction } from "./functions.ts";
import { filesOf } from "./zip.ts";

/** The code in a zip, which must be one. */
export function codeOf(
  zipFile: Uint8Array | undefined,
): Pick<LambdaFunction, "zip" | "codeSize" | "codeSha256"> {
  if (!zipFile?.length) throw invalid("Please provide a source for function code.");
  const zip = Buffer.from(zipFile);
  filesOf(zip);
  const codeSha256 = createHash("sha256").update(zip).digest("base64");
  return { zip: zip.toString("base64"), codeSize: zip.length, codeSha256 };
}

/** What the code is made for. */
export function architecturesOf({
  Architectures,
}: {
  Architectures?: sdk.Architecture[];
}): sdk.Architecture[] | undefined {
  const [architecture] = Architectures ?? [];
  const broken = brokenConstraint("architectures", architecture, { oneOf: ["x86_64", "arm64"] });
  if (broken) throw new AwsError("ValidationException", 400, broken);
  return Architectures;
}

/** Refuses to publish a version: the one that there is, is $LATEST. */
export function refusePublished({ Publish }: { Publish?: boolean }): void {
  if (Publish) throw notImplemented("published versions of lambda functions");
}
