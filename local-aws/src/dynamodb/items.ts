/** The items of all tables. dynalite does the work. */
import {
  actionOf,
  asAwsError,
  check,
  createStore,
  type Input,
  type ItemDb,
  type Rules,
  rulesOf,
  type Store,
  type TableDefinition,
} from "./dynalite.ts";
import { withFurtherChecks } from "./further-checks.ts";

/** What an operation on one item found under its key, and what it left there. */
export interface Seen {
  before?: unknown;
  after?: unknown;
}

/** The items of all tables in all regions. */
export interface Items {
  /** Runs an operation on items as DynamoDB does. `tableOf` finds a table or throws what AWS answers without it. */
  run(
    operation: string,
    input: Input,
    region: string,
    tableOf: (name: string) => TableDefinition,
    seen?: Seen,
  ): Promise<unknown>;
  /** Removes all items of one table. */
  forget(region: string, table: string): Promise<void>;
  close(): Promise<void>;
}

/** Dynalite does not know it: when the condition does not hold, the error may bring the item that is there. */
const ON_FAILURE = "ReturnValuesOnConditionCheckFailure";
const ON_FAILURE_RULE = { [ON_FAILURE]: { type: "String", enum: ["ALL_OLD", "NONE"] } };

function rulesOnItems(operation: string): Rules {
  const rules = withFurtherChecks(operation, rulesOf(operation));
  const isConditional = "ConditionExpression" in rules.types;
  return isConditional ? { ...rules, types: { ...rules.types, ...ON_FAILURE_RULE } } : rules;
}

/** The operations on items, each with its rules and dynalite's action. */
const operations = new Map(
  ["BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"].map(
    name => [name, { rules: rulesOnItems(name), act: actionOf(name) }],
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
  const store = createStore({ path: directory });
  await store.db.open();
  return {
    run: (operation, input, region, tableOf, seen = {}) =>
      perform(regional(store, region, tableOf), operation, { ...input }, seen),
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

async function perform(store: Store, operation: string, input: Input, seen: Seen): Promise<unknown> {
  const { rules, act } = operations.get(operation)!;
  try {
    const data = check(input, rules, store);
    const on = ONE_ITEM.test(operation) ? watched(store, seen) : store;
    return await new Promise((resolve, reject) => {
      act(on, data, (error, output) => (error ? reject(error) : resolve(withoutNothing(output))));
    });
  } catch (error) {
    const { body } = error as { body?: { __type?: string; Item?: unknown } };
    if (input[ON_FAILURE] === "ALL_OLD" && /ConditionalCheckFailed/.test(body?.__type ?? "") && seen.before)
      body!.Item = seen.before;
    throw asAwsError(error);
  }
}

/** Where an update has touched no attribute that is to be told, DynamoDB does not speak of attributes. */
function withoutNothing(output: unknown): unknown {
  const { Attributes, ...others } = output as { Attributes?: object };
  return Attributes && Object.keys(Attributes).length === 0 ? others : output;
}

const ONE_ITEM = /^(Get|Put|Update|Delete)Item$/;

/** Notes the item that the condition is held against, as it is read under its lock, and the one that is left there. */
function watched(store: Store, seen: Seen): Store {
  const getItemDb = (table: string): ItemDb => {
    const items = store.getItemDb(table);
    return {
      get: (key, done) =>
        items.get(key, (error, item) => {
          seen.before = seen.after = item;
          done(error, item);
        }),
      put: (key, item, done) => {
        seen.after = item;
        items.put(key, item, done);
      },
      del: (key, done) => {
        seen.after = undefined;
        items.del(key, done);
      },
      lock: (key, run) => items.lock(key, run),
    };
  };
  return { ...store, getItemDb };
}
