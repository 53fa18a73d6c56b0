/** How API Gateway refuses. */
import { AwsError } from "../service.ts";

const failure = (code: string, status: number) => (message: string) => new AwsError(code, status, message);

export const badRequest = failure("BadRequestException", 400);
export const conflict = failure("ConflictException", 409);
export const notFound = failure("NotFoundException", 404);
export const validation = failure("ValidationException", 400);

/** Refuses a status code that is none. */
export function checkStatusCode(statusCode: string | undefined): void {
  if (statusCode !== undefined && !/^[1-5]\d\d$/.test(statusCode))
    throw validation(
      `1 validation error detected: Value '${statusCode}' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d`,
    );
}
