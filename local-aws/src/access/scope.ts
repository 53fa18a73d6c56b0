/** Whether a credential is scoped to where its request went. */
import type { WireRequest } from "../service.ts";
import type { WrongPart } from "./refusals.ts";
import type { Signature } from "./signature.ts";

/** "logs.eu-west-1.amazonaws.com", "bucket.s3.eu-west-1.amazonaws.com", "iam.amazonaws.com", "1234.ddb.eu-west-1..." */
const HOST =
  /(?:^|\.)(?<service>apigateway|ddb|dynamodb|iam|lambda|logs|s3|sts)(?:[.-](?:dualstack\.)?(?<region>[a-z]{2,}(?:-[a-z]+)+-\d+))?\.amazonaws\./;

const BY_TARGET: Record<string, string> = { DynamoDB_20120810: "dynamodb", Logs_20140328: "logs" };

const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** The service that a request is for, whatever it was signed for: its target or its host say so. */
function addressee({ headers }: WireRequest): { service?: string; region?: string } {
  const target = BY_TARGET[headers["x-amz-target"]?.split(".")[0] ?? ""];
  const { service, region } = HOST.exec(headers.host ?? "")?.groups ?? {};
  return { service: target ?? (service === "ddb" ? "dynamodb" : service), region };
}

/** The parts of the scope that are not those of the request. */
export function wrongParts(request: WireRequest, signature: Signature): WrongPart[] {
  const { service, region } = addressee(request);
  const wrong: WrongPart[] = [];
  const compare = (part: WrongPart["part"], expected: string) => {
    if (signature[part] !== expected) wrong.push({ part, given: signature[part], expected });
  };
  compare("region", region ?? (REGION.test(signature.region) ? signature.region : "us-east-1"));
  compare("service", service ?? signature.service);
  compare("terminator", "aws4_request");
  compare("date", signature.time.slice(0, 8));
  return wrong;
}
