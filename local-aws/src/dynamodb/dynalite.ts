/**
 * dynalite from within: its database, its checks and its actions are called directly. Its HTTP server, which would
 * let any web page in, is never made.
 */
import { createRequire } from "node:module";
import type * as sdk from "@aws-sdk/client-dynamodb";
import { AwsError } from "../service.ts";
import type { Given } from "../wire/operations.ts";

/** What came as JSON, not checked yet. */
export type Input = Record<string, unknown>;

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

type Callback = (error: unknown, output?: unknown) => void;
/** Carries out an operation whose input was checked. */
export type Action = (store: Store, data: Input, done: Callback) => void;

/** A database of dynalite, as far as we use it. */
export interface Store {
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
export interface ItemDb {
  get(key: string, done: Callback): void;
  put(key: string, item: unknown, done: Callback): void;
  del(key: string, done: Callback): void;
  lock(key: string, run: (release: (done: Callback) => Callback) => void): void;
}

/** The types of an operation's parameters, and what its types do not say. */
export interface Rules {
  types: Record<string, unknown>;
  custom?: (data: Input, store?: Store) => string | null | undefined;
}

const load = createRequire(import.meta.url);

/** Makes a database: in memory, or kept on disk under a path. */
export const { create: createStore, capacityUnits } = load("dynalite/db") as {
  create(options: { path?: string }): Store;
  /** The units that reading or writing an item takes; of none, too. */
  capacityUnits(item: unknown, isRead: boolean, isConsistent: unknown): number;
};

const { checkTypes, checkValidations } = load("dynalite/validations") as {
  checkTypes(data: Input, types: Rules["types"]): Input;
  checkValidations(data: Input, types: Rules["types"], custom: unknown, store?: Store): void;
};
const partOf = (folder: "actions" | "validations", operation: string) =>
  load(`dynalite/${folder}/${operation.charAt(0).toLowerCase()}${operation.slice(1)}`);

/** What dynalite checks of an operation's input. */
export const rulesOf = (operation: string): Rules => partOf("validations", operation);

/** What dynalite does for an operation. */
export const actionOf = (operation: string): Action => partOf("actions", operation);

/** Refuses what DynamoDB refuses of an input, and returns what it understands of it. */
export function check(input: Input, { types, custom }: Rules, store?: Store): Input {
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
    return check(structuredClone(input), rulesOf(operation)) as TableInputs[Name];
  } catch (error) {
    throw asAwsError(error);
  }
}

/** What was thrown, as our own error: dynalite throws the whole answer, a status and the error document. */
export function asAwsError(error: unknown): unknown {
  if (!(error instanceof Error && "statusCode" in error && "body" in error)) return error;
  const { __type, message, Message, ...members } = error.body as Record<string, string>;
  return new AwsError(__type ?? "", Number(error.statusCode), message ?? Message ?? "", { members });
}
