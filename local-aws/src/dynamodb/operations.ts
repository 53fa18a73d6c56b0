/** DynamoDB's operations on tables. */
import type * as sdk from "@aws-sdk/client-dynamodb";
import { tagging } from "../access/demands.ts";
import { AwsError, type Context } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import { checkTableParameters, type TableDefinition } from "./dynalite.ts";
import type { Items } from "./items.ts";
import { addTags } from "./settings.ts";
import {
  begin,
  describe,
  findTable,
  inUse,
  nameOf,
  newTable,
  requireActive,
  statusOf,
  type Table,
  type Throughput,
  tableNamed,
  tablesIn,
} from "./tables.ts";

const DEFINITION = [
  "TableName",
  "KeySchema",
  "AttributeDefinitions",
  "LocalSecondaryIndexes",
  "GlobalSecondaryIndexes",
] as const;

/** The operations, with the items that tables hold. */
export const tableOperations = (items: Items): Operations<typeof sdk> => ({
  CreateTable: {
    params: [...DEFINITION, "BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled", "Tags"],
    async run(input, context) {
      const checked = checkTableParameters("CreateTable", input);
      const name = nameOf(checked.TableName, context);
      refuseExisting(name, context);
      const table = newTable({ ...input, ...checked }, { ...definitionIn(checked), TableName: name });
      if (input.Tags) addTags(table, input.Tags);
      tablesIn(context)[name] = table;
      begin("CREATING", table, context);
      await items.forget(context.region, name);
      return { TableDescription: describe(table, context, "CREATING") };
    },
    demands: ({ Tags }, table) => tagging(Tags, "dynamodb:TagResource", table),
  },

  DescribeTable: {
    params: ["TableName"],
    run: ({ TableName }, context) => ({ Table: describe(tableNamed(TableName, context), context) }),
  },

  ListTables: {
    params: ["ExclusiveStartTableName", "Limit"],
    run(input, context) {
      const { ExclusiveStartTableName: after = "", Limit = 100 } = checkTableParameters("ListTables", input);
      const names = Object.keys(tablesIn(context)).sort();
      const rest = names.filter(name => name > after);
      const page = rest.slice(0, Limit);
      return { TableNames: page, LastEvaluatedTableName: rest.length > Limit ? page.at(-1) : undefined };
    },
  },

  UpdateTable: {
    params: ["TableName", "BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled"],
    run(input, context) {
      const table = tableNamed(input.TableName, context);
      requireActive(table);
      if (input.DeletionProtectionEnabled === undefined) setThroughput(table, input);
      else setDeletionProtection(table, input);
      begin("UPDATING", table, context);
      return { TableDescription: describe(table, context, "UPDATING") };
    },
  },

  DeleteTable: {
    params: ["TableName"],
    async run({ TableName }, context) {
      const table = tableNamed(TableName, context);
      requireActive(table);
      if (table.deletionProtection)
        throw invalid(
          "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        );
      begin("DELETING", table, context);
      await items.forget(context.region, table.definition.TableName);
      return { TableDescription: describe(table, context, "DELETING") };
    },
  },
});

function refuseExisting(name: string, context: Context): void {
  const existing = findTable(name, context);
  if (!existing) return;
  if (statusOf(existing) === "DELETING") throw inUse(name, "DELETING");
  throw new AwsError("ResourceInUseException", 400, `Table already exists: ${name}`);
}

/** Changes one setting at a time, as AWS does. */
function setDeletionProtection(
  table: Table,
  { DeletionProtectionEnabled: wanted = false, ...input }: Given<sdk.UpdateTableCommandInput>,
): void {
  if (input.BillingMode || input.ProvisionedThroughput)
    throw invalid(
      "DeletionProtectionEnabled cannot be changed together with BillingMode or ProvisionedThroughput",
    );
  if (table.deletionProtection === wanted)
    throw invalid(`The table will not change. DeletionProtectionEnabled is already ${wanted}`);
  table.deletionProtection = wanted;
}

function setThroughput(table: Table, input: Given<sdk.UpdateTableCommandInput>): void {
  const { BillingMode, ProvisionedThroughput: wanted } = checkTableParameters("UpdateTable", input);
  if (BillingMode === "PAY_PER_REQUEST" || (!BillingMode && !table.provisioned)) {
    if (wanted)
      throw invalid(
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
      );
    if (!table.provisioned)
      throw invalid("The table will not change. BillingMode is already PAY_PER_REQUEST");
    table.provisioned = undefined;
    table.onDemandSince = Date.now();
    return;
  }
  refuseSameThroughput(table, wanted);
  table.provisioned = wanted;
}

function refuseSameThroughput({ provisioned }: Table, wanted: Throughput | undefined): void {
  const units = ["ReadCapacityUnits", "WriteCapacityUnits"] as const;
  if (!provisioned || units.some(unit => provisioned[unit] !== wanted?.[unit])) return;
  throw invalid(
    "The provisioned throughput for the table will not change. The requested value equals the current value. " +
      units.map(unit => `Current ${unit} provisioned for the table: ${provisioned[unit]}.`).join(" "),
  );
}

const definitionIn = (input: Given<sdk.CreateTableCommandInput>): TableDefinition =>
  Object.fromEntries(
    DEFINITION.filter(name => input[name] !== undefined).map(name => [name, input[name]]),
  ) as unknown as TableDefinition;

const invalid = (message: string) => new AwsError("ValidationException", 400, message);
