/** Tags, as S3 checks them. https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging.html */
import type { Tag } from "../iam/state.ts";
import { AwsError } from "../service.ts";
import { isReserved, MAX_TAGS, TAG_CHARACTERS } from "../tags.ts";

/** The given tags, or the reason why they cannot be kept. */
export function checkTags(tags: Tag[], most = MAX_TAGS): Tag[] {
  for (const { Key, Value } of tags) {
    if (Key.length < 1 || Key.length > 128 || !TAG_CHARACTERS.test(Key))
      throw invalidTag("The TagKey you have provided is invalid");
    if (Value.length > 256 || !TAG_CHARACTERS.test(Value))
      throw invalidTag("The TagValue you have provided is invalid");
    if (isReserved(Key)) throw invalidTag("System tags cannot be added/updated by requester");
  }
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw invalidTag("Cannot provide multiple Tags with the same key");
  if (tags.length > most)
    throw new AwsError(
      "BadRequest",
      400,
      `${most === MAX_TAGS ? "Bucket tag count" : "Object tags"} cannot be greater than ${most}`,
    );
  return tags;
}

const invalidTag = (message: string) => new AwsError("InvalidTag", 400, message);
