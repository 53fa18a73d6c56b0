/**
 * The items of all tables. dynalite does the work: its checks and its actions are called directly. Its HTTP
 * server, which would let any web page in, is never made.
 */
import { createRequire } from "node:module";
import type * as sdk from "@aws-sdk/client-dynamodb";
import { AwsError } from "../service.ts";
import type { Given } from "../wire/operations.ts";

/** What came as JSON, not checked yet. */
type Input = Record<string, unknown>;

/** What dynalite must know about a table. */
export interface TableDefinition {
  TableName: string;
  KeySchema: { AttributeName: string; KeyType: sdk.KeyType }[];
  AttributeDefinitions: { AttributeName: string; AttributeType: sdk.ScalarAttributeType }[];
  LocalSecondaryIndexes?: Index[];
  GlobalSecondaryIndexes?: Index[];
}

export interface Index {
  IndexName: string;
  KeySchema: TableDefinition["KeySchema"];
  Projection: { ProjectionType: sdk.ProjectionType; NonKeyAttributes?: string[] };
  ProvisionedThroughput?: { ReadCapacityUnits: number; WriteCapacityUnits: number };
}

/** The items of all tables in all regions. */
export interface Items {
  /** Runs an operation on items as DynamoDB does. `tableOf` finds a table or throws what AWS answers without it. */
  run(
    operation: string,
    input: Input,
    region: string,
    tableOf: (name: string) => TableDefinition,
  ): Promise<unknown>;
  /** Removes all items of one table. */
  forget(region: string, table: string): Promise<void>;
  close(): Promise<void>;
}

type Callback = (error: unknown, output?: unknown) => void;
type Action = (store: Store, data: Input, done: Callback) => void;

/** A database of dynalite, as far as we use it. */
interface Store {
  db: {
    open(): Promise<void>;
    close(): Promise<void>;
    clear(range: { gte: string; lt: string }): Promise<void>;
  };
  getTable(name: string, done: Callback): void;
  getItemDb(table: string): ItemDb;
  getIndexDb(kind: string, table: string, index: string): unknown;
}

/** The items of one table. */
interface ItemDb {
  get(key: string, done: Callback): void;
  put(key: string, item: unknown, done: Callback): void;
  del(key: string, done: Callback): void;
  lock(key: string, run: (release: (done: Callback) => Callback) => void): void;
}

interface Rules {
  types: Record<string, unknown>;
  custom?: unknown;
}

const load = createRequire(import.meta.url);
const { create } = load("dynalite/db") as { create(options: { path?: string }): Store };
const { checkTypes, checkValidations } = load("dynalite/validations") as {
  checkTypes(data: Input, types: Rules["types"]): Input;
  checkValidations(data: Input, types: Rules["types"], custom: unknown, store?: Store): void;
};
const partOf = (folder: "actions" | "validations", operation: string) =>
  load(`dynalite/${folder}/${operation.charAt(0).toLowerCase()}${operation.slice(1)}`);

/** Dynalite does not know it: when the condition does not hold, the error may bring the item that is there. */
const ON_FAILURE = "ReturnValuesOnConditionCheckFailure";
const ON_FAILURE_RULE = { [ON_FAILURE]: { type: "String", enum: ["ALL_OLD", "NONE"] } };

function rulesOf(operation: string): Rules {
  const rules: Rules = partOf("validations", operation);
  const isConditional = "ConditionExpression" in rules.types;
  return isConditional ? { ...rules, types: { ...rules.types, ...ON_FAILURE_RULE } } : rules;
}

/** The operations on items, each with its rules and dynalite's action. */
const operations = new Map(
  ["BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"].map(
    name => [name, { rules: rulesOf(name), act: partOf("actions", name) as Action }],
  ),
);

/** The operations on items, each with the parameters that dynalite understands. */
export const itemOperations = [...operations].map(([name, { rules }]) => ({
  name,
  params: Object.keys(rules.types),
}));

/**
 * Opens the items: in memory, or kept on disk in a directory.
 * Rejects with LevelDB's own error when the directory is broken or another process has it open.
 */
export async function openItems(directory?: string): Promise<Items> {
  const store = create({ path: directory });
  await store.db.open();
  return {
    run: (operation, input, region, tableOf) =>
      perform(regional(store, region, tableOf), operation, { ...input }),
    async forget(region, table) {
      for (const kind of ["item-", "index-local~", "index-global~"]) {
        const prefix = `${kind}${region}~${table}`;
        await store.db.clear({ gte: `${prefix}~`, lt: `${prefix}\x7f` });
      }
    },
    close: () => store.db.close(),
  };
}

/** One region of the store: its items are apart from those of others, and its tables are defined by us. */
const regional = (store: Store, region: string, tableOf: (name: string) => TableDefinition): Store => ({
  ...store,
  getItemDb: table => store.getItemDb(`${region}~${table}`),
  getIndexDb: (kind, table, index) => store.getIndexDb(kind, `${region}~${table}`, index),
  getTable(name, done) {
    let table: TableDefinition;
    try {
      table = tableOf(name);
    } catch (error) {
      return done(error);
    }
    done(null, table);
  },
});

async function perform(store: Store, operation: string, input: Input): Promise<unknown> {
  const { rules, act } = operations.get(operation)!;
  try {
    const data = check(input, rules, store);
    const run = (on: Store) =>
      new Promise((resolve, reject) => {
        act(on, data, (error, output) => (error ? reject(error) : resolve(output)));
      });
    return await (data[ON_FAILURE] === "ALL_OLD" ? tellingWhatIsThere(store, run) : run(store));
  } catch (error) {
    throw asAwsError(error);
  }
}

/** The item is the one that the condition was held against: taken from the read that came before, under its lock. */
async function tellingWhatIsThere(store: Store, run: (on: Store) => Promise<unknown>): Promise<unknown> {
  let there: unknown;
  const getItemDb = (table: string): ItemDb => {
    const items = store.getItemDb(table);
    return {
      get: (key, done) =>
        items.get(key, (error, item) => {
          there = item;
          done(error, item);
        }),
      put: (key, item, done) => items.put(key, item, done),
      del: (key, done) => items.del(key, done),
      lock: (key, run) => items.lock(key, run),
    };
  };
  return run({ ...store, getItemDb }).catch(error => {
    if (/ConditionalCheckFailed/.test(error.body?.__type) && there) error.body.Item = there;
    throw error;
  });
}

function check(input: Input, { types, custom }: Rules, store?: Store): Input {
  const data = checkTypes(input, types);
  checkValidations(data, types, custom, store);
  return data;
}

interface TableInputs {
  CreateTable: Given<sdk.CreateTableCommandInput>;
  UpdateTable: Given<sdk.UpdateTableCommandInput>;
  ListTables: Given<sdk.ListTablesCommandInput>;
}

/** Checks the parameters of an operation on tables as DynamoDB does, and returns those that dynalite knows. */
export function checkTableParameters<Name extends keyof TableInputs>(
  operation: Name,
  input: TableInputs[Name],
): TableInputs[Name] {
  try {
    return check(structuredClone(input), partOf("validations", operation) as Rules) as TableInputs[Name];
  } catch (error) {
    throw asAwsError(error);
  }
}

/** dynalite throws the whole answer: a status and the error document. */
function asAwsError(error: unknown): unknown {
  if (!(error instanceof Error && "statusCode" in error && "body" in error)) return error;
  const { __type, message, Message, ...members } = error.body as Record<string, string>;
  return new AwsError(__type ?? "", Number(error.statusCode), message ?? Message ?? "", { members });
}
