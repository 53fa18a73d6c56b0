/** Tags: whose a resource is. As a map, and as the list of pairs that IAM, DynamoDB and S3 speak of. */
import { Refusal } from "./errors.ts";

interface Tag {
  Key: string | undefined;
  Value: string | undefined;
}

export const asTagList = (tags: Record<string, string>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const fromTagList = (list: Tag[] = []): Record<string, string> =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));

/**
 * Throws unless a resource carries the tag of our stack: what lacks it is not ours and is left alone.
 * @param tags undefined where none were told: Lambda tells them only to those who may list them
 * @param command tags it, for whoever says that it is theirs
 */
export function assertOurs(
  what: string,
  tags: Record<string, string | undefined> | undefined,
  ours: Record<string, string>,
  command?: string,
): void {
  const [key, value] = Object.entries(ours)[0]!;
  if (tags?.[key] === value) return;
  const owner = tags?.[key] ? `belongs to the stack "${tags[key]}"` : `has no tag ${key}`;
  const told = tags
    ? { why: `it is not this stack's: it ${owner}`, remedy: "" }
    : {
        why: `it has no tag ${key}, or none that these credentials may see`,
        remedy: "If it is this stack's, whoever deploys lacks a permission of docs/policy.json. ",
      };
  throw new Refusal(
    `Cannot use the ${what} because ${told.why}.`,
    `Nothing was changed. ${told.remedy}Choose another --name, or, if it is yours, tag it ${key}=${value} and run again${command ? `: ${command}` : "."}`,
  );
}
