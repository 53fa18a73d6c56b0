/** How the protocols word what is wrong with a request, unless a service words it otherwise. */
import { AwsError } from "../service.ts";
import type { WrongType } from "./reading.ts";

export interface Faults {
  /** A value of another type than the schema's, or a document that cannot be read at all. */
  wrongType(problem: WrongType, operation: string): AwsError;
  /** Members that must be there: "tags.1.member.key". */
  missing(members: readonly string[], operation: string): AwsError;
}

/** Members that are missing, in the words of AWS's validation. */
export function missingMembers(members: readonly string[]): string {
  const each = members.map(
    member => `Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
  return `${each.length} validation error${each.length > 1 ? "s" : ""} detected: ${each.join("; ")}`;
}

/** Faults with a code for each kind, as most services have them. */
export const faultsOf = (wrongType: string, missing: string): Faults => ({
  wrongType: ({ message }) => new AwsError(wrongType, 400, message),
  missing: members => new AwsError(missing, 400, missingMembers(members)),
});
