/** Tags, as S3 checks them. https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging.html */
import type { Tag } from "../iam/state.ts";
import { AwsError } from "../service.ts";

/** The given tags, or the reason why they cannot be kept. */
export function checkTags(tags: Tag[], most = 50): Tag[] {
  for (const { Key, Value } of tags) {
    if (Key.length < 1 || Key.length > 128 || !CHARACTERS.test(Key))
      throw invalidTag("The TagKey you have provided is invalid");
    if (Value.length > 256 || !CHARACTERS.test(Value))
      throw invalidTag("The TagValue you have provided is invalid");
    if (/^aws:/i.test(Key)) throw invalidTag("System tags cannot be added/updated by requester");
  }
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw invalidTag("Cannot provide multiple Tags with the same key");
  if (tags.length > most)
    throw new AwsError(
      "BadRequest",
      400,
      `${most === 50 ? "Bucket tag count" : "Object tags"} cannot be greater than ${most}`,
    );
  return tags;
}

const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const invalidTag = (message: string) => new AwsError("InvalidTag", 400, message);
