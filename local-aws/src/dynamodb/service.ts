/** DynamoDB: the operations on tables are ours, those on items dynalite's. */
import * as sdk from "@aws-sdk/client-dynamodb";
import { arnIn } from "../access/demands.ts";
import { jsonRefusals } from "../access/refusals.ts";
import type { Context, Input, Operation, Service } from "../service.ts";
import { awsJson } from "../wire/aws-json.ts";
import { apiOf } from "../wire/schema.ts";
import { type Items, itemOperations } from "./items.ts";
import { tableOperations } from "./operations.ts";
import { settingOperations } from "./settings.ts";
import { nameOf, readyTable } from "./tables.ts";
import { telling } from "./told.ts";

const api = apiOf(sdk);
const onlyItems = itemOperations.map(({ name }) => name);

/** What dynalite checks, and what it answers, is DynamoDB's own JSON. */
const protocol = awsJson(api, {
  version: "1.0",
  unread: new Set([...onlyItems, "CreateTable", "UpdateTable", "ListTables"]),
  unwritten: new Set(onlyItems),
});

/** The service, with the items that its tables hold. */
export const dynamodb = (items: Items): Service => ({
  name: "dynamodb",
  api,
  protocol,
  operations: { ...tableOperations(items), ...settingOperations, ...onItems(items) },
  permissions: { resourcesOf },
  refusals: jsonRefusals,
});

/** Tables by name or ARN, those of a batch too, or an index: dynalite has not checked yet what they are. */
function resourcesOf(input: Input, context: Context): string[] {
  const { TableName, ResourceArn, RequestItems, IndexName } = input;
  const one = TableName ?? ResourceArn;
  const tables = one === undefined ? Object.keys(RequestItems ?? {}) : [String(one)];
  return tables.map(table => {
    const arn = table.startsWith("arn:") ? table : arnIn(context, "dynamodb", `table/${table}`);
    return IndexName ? `${arn}/index/${IndexName}` : arn;
  });
}

const onItems = (items: Items): Record<string, Operation> =>
  Object.fromEntries(
    itemOperations.map(({ name, params }) => [
      name,
      {
        params,
        run: (input, context) =>
          telling(context, name, input, async seen =>
            items.run(
              name,
              input.TableName ? { ...input, TableName: nameOf(input.TableName as string, context) } : input,
              context.region,
              table => readyTable(table, context).definition,
              seen,
            ),
          ),
      },
    ]),
  );
