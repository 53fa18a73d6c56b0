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

/** Dynalite does not know it: when the condition does not hold, the error may bring the item that is there. */
const ON_FAILURE = "ReturnValuesOnConditionCheckFailure";
const ON_FAILURE_RULE = { [ON_FAILURE]: { type: "String", enum: ["ALL_OLD", "NONE"] } };

function rulesOnItems(operation: string): Rules {
  const rules = rulesOf(operation);
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
