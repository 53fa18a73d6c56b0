/** Tags, as IAM checks and changes them. */

import { AwsError } from "../service.ts";
import { isReserved, MAX_TAGS, TAG_CHARACTERS } from "../tags.ts";
import { brokenConstraint } from "../wire/constraints.ts";
import type { Tag } from "./state.ts";

/** Tags after some were added or given another value. Keys are compared regardless of case. */
export function withTags(present: Tag[], added: Tag[]): Tag[] {
  added.forEach(checkTag);
  const lower = added.map(({ Key }) => Key.toLowerCase());
  if (new Set(lower).size < lower.length)
    throw new AwsError(
      "InvalidInput",
      400,
      "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    );
  const tags = [...present.filter(({ Key }) => !lower.includes(Key.toLowerCase())), ...added];
  const broken = brokenConstraint("tags", tags, { max: MAX_TAGS });
  if (broken) throw new AwsError("LimitExceeded", 409, broken);
  return tags;
}

/** Tags after those with the given keys were removed. */
export const withoutTags = (present: Tag[], keys: string[]): Tag[] =>
  present.filter(({ Key }) => !keys.some(key => key.toLowerCase() === Key.toLowerCase()));

function checkTag({ Key, Value }: Tag, index: number): void {
  const at = `tags.${index + 1}.member`;
  const broken =
    brokenConstraint(`${at}.key`, Key, { min: 1, max: 128, pattern: TAG_CHARACTERS }) ??
    brokenConstraint(`${at}.value`, Value, { max: 256, pattern: TAG_CHARACTERS });
  if (broken) throw new AwsError("ValidationError", 400, broken);
  if (isReserved(Key))
    throw new AwsError("InvalidInput", 400, "Caller is an end user and not allowed to mutate system tags");
}
