/** The table that keeps the items. It is never replaced: what it holds is worth more than its settings. */
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  ListTagsOfResourceCommand,
  ScanCommand,
  type ScanCommandInput,
  type TableDescription,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { Aws } from "../converge/aws.ts";
import { assertSameKey } from "../converge/keys.ts";
import { orAbsent, type Removable, type Resource } from "../converge/resource.ts";
import { waitFor } from "../converge/retry.ts";
import { assertOurs, asTagList, fromTagList } from "../converge/tags.ts";
import type { Stack } from "../stack.ts";

interface TableState {
  billingMode: string;
  deletionProtection: boolean;
  pointInTimeRecovery: boolean;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.html */
export function itemTable(
  { sdk: { dynamodb } }: Aws,
  stack: Stack,
): Resource<TableState> & Removable<TableState> {
  const wanted = stack.table;
  const { name: TableName, arn: ResourceArn } = wanted;

  const describe = async () => {
    const answer = await orAbsent(
      dynamodb.send(new DescribeTableCommand({ TableName })),
      "ResourceNotFoundException",
    );
    return answer?.Table;
  };

  /** A table that is being created, changed or deleted takes no further change. */
  const settled = (): Promise<TableDescription | "absent"> =>
    waitFor(`the table ${TableName} to become active`, 300, async () => {
      const found = await describe();
      if (!found) return "absent" as const;
      return found.TableStatus === "ACTIVE" ? found : undefined;
    });

  async function read(): Promise<TableState | undefined> {
    const found = await settled();
    if (found === "absent") return undefined;
    const [tags, backups] = await Promise.all([
      dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn })),
      dynamodb.send(new DescribeContinuousBackupsCommand({ TableName })),
    ]).catch(async error => {
      // The tags of a table that somebody deletes meanwhile are denied rather than not found.
      if ((await describe())?.TableStatus === "ACTIVE") throw error;
      return [];
    });
    if (!tags || !backups) return read();
    assertOurs(`table ${TableName}`, fromTagList(tags.Tags as []), stack.tags);
    assertSameKey(found, wanted.keySchema, stack.region);
    const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    return {
      billingMode: found.BillingModeSummary?.BillingMode ?? "PROVISIONED",
      deletionProtection: found.DeletionProtectionEnabled ?? false,
      pointInTimeRecovery: recovery?.PointInTimeRecoveryStatus === "ENABLED",
    };
  }

  async function create(): Promise<TableState> {
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        KeySchema: wanted.keySchema,
        AttributeDefinitions: wanted.attributes,
        BillingMode: wanted.billingMode,
        DeletionProtectionEnabled: wanted.deletionProtection,
        Tags: asTagList(stack.tags),
      }),
    );
    await settled();
    const { billingMode, deletionProtection } = wanted;
    return { billingMode, deletionProtection, pointInTimeRecovery: false };
  }

  /** DynamoDB takes one change at a time. */
  const update = (change: Omit<UpdateTableCommandInput, "TableName">) => async () => {
    await dynamodb.send(new UpdateTableCommand({ TableName, ...change }));
    await settled();
  };

  const recover = () =>
    dynamodb.send(
      new UpdateContinuousBackupsCommand({
        TableName,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: wanted.pointInTimeRecovery },
      }),
    );

  const settings = (state: TableState) => [
    {
      name: "billing mode",
      actual: state.billingMode,
      wanted: wanted.billingMode,
      call: update({ BillingMode: wanted.billingMode }),
    },
    {
      name: "deletion protection",
      actual: state.deletionProtection,
      wanted: wanted.deletionProtection,
      call: update({ DeletionProtectionEnabled: wanted.deletionProtection }),
    },
    {
      name: "point-in-time recovery",
      actual: state.pointInTimeRecovery,
      wanted: wanted.pointInTimeRecovery,
      call: recover,
    },
  ];

  async function remove(state: TableState) {
    if (state.deletionProtection) await update({ DeletionProtectionEnabled: false })();
    await dynamodb.send(new DeleteTableCommand({ TableName }));
    const gone = async () => ((await describe()) ? undefined : true);
    await waitFor(`the table ${TableName} to be deleted`, 300, gone);
  }

  return { type: "table", name: TableName, read, create, settings, remove };
}

/** How many items a table holds: counted now, page by page, because DescribeTable's count is hours old. */
export async function countItems({ sdk: { dynamodb } }: Aws, TableName: string): Promise<number> {
  let items = 0;
  let ExclusiveStartKey: ScanCommandInput["ExclusiveStartKey"];
  do {
    const page = await dynamodb.send(new ScanCommand({ TableName, Select: "COUNT", ExclusiveStartKey }));
    items += page.Count ?? 0;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}
