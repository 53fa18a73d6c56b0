/** Tags as a map, and as the list of pairs that IAM, DynamoDB and S3 speak of. */
interface Tag {
  Key: string | undefined;
  Value: string | undefined;
}

export const asTagList = (tags: Record<string, string>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const fromTagList = (list: Tag[] = []): Record<string, string> =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
