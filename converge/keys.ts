/** A table's key: the one thing of a table that cannot be changed. */
import { Refusal } from "./errors.ts";

type KeySchema = { AttributeName?: string; KeyType?: string }[];

const inWords = (schema: KeySchema = []) =>
  schema.map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType})`).join(", ");

/** Throws unless a table has the key that is wanted; says both ways out. */
export function assertSameKey(
  { TableName, KeySchema }: { TableName?: string; KeySchema?: KeySchema },
  wanted: KeySchema,
  region: string,
): void {
  const [actual, expected] = [inWords(KeySchema), inWords(wanted)];
  if (actual === expected) return;
  const table = `--table-name ${TableName} --region ${region}`;
  throw new Refusal(
    `Cannot use the table ${TableName} because its key is ${actual} instead of ${expected}, and a key cannot be changed.`,
    `Nothing was changed. To keep the table: put the key in stack.ts back, or choose another --name.
To give it up, with all that it holds (on the AWS of npm start, npm start -- --fresh does so, too):
  aws dynamodb scan ${table} > items.json
  aws dynamodb update-table ${table} --no-deletion-protection-enabled
  aws dynamodb delete-table ${table}
Then run the same command again.`,
  );
}
