/** The tables of DynamoDB in each region: what is known about them, and the states that they go through. */
import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-dynamodb";
import { AwsError, type Context } from "../service.ts";
import type { Given } from "../wire/operations.ts";
import type { TableDefinition } from "./dynalite.ts";

export interface Throughput {
  ReadCapacityUnits: number;
  WriteCapacityUnits: number;
}

export interface Table {
  definition: TableDefinition;
  id: string;
  /** In milliseconds, like all moments here. */
  createdAt: number;
  /** Reads and writes a second that are paid for; undefined when paid for on demand. */
  provisioned?: Throughput;
  onDemandSince?: number;
  deletionProtection: boolean;
  tags: Record<string, string>;
  recovery?: { since: number; days: number };
  /** What is under way, until when. */
  busy?: { status: Busy; until: number };
}

export type Busy = "CREATING" | "UPDATING" | "DELETING";

/** The ARN of a table, or of all tables with an empty name. */
const tableArn = (name: string, { world, region }: Context): string =>
  `arn:aws:dynamodb:${region}:${world.account}:table/${name}`;

/** The tables of the request's region by name. Those whose deletion has ended are gone. */
export function tablesIn({ world, region }: Context): Record<string, Table> {
  const tables = world.state<Record<string, Table>>(`dynamodb:${region}`, () => ({}));
  for (const [name, table] of Object.entries(tables)) {
    if (table.busy?.status === "DELETING" && statusOf(table) !== "DELETING") delete tables[name];
  }
  return tables;
}

/** The table of that name, if there is one. */
export function findTable(name: string, context: Context): Table | undefined {
  const tables = tablesIn(context);
  return Object.hasOwn(tables, name) ? tables[name] : undefined;
}

/** The state of a table now. */
export const statusOf = ({ busy }: Table): Busy | "ACTIVE" =>
  busy && Date.now() < busy.until ? busy.status : "ACTIVE";

/** Begins a state that lasts as long as the world's timing says. */
export function begin(status: Busy, table: Table, { world }: Context): void {
  table.busy = { status, until: Date.now() + world.timing.table };
}

/** The table that a parameter names, by its name or its ARN. */
export function tableNamed(given: string, context: Context): Table {
  const name = nameOf(given, context);
  const table = findTable(name, context);
  if (table) return table;
  throw notFound(`Requested resource not found: Table: ${name} not found`);
}

/** The table that a parameter names, if its items can be used. */
export function readyTable(given: string, context: Context): Table {
  const table = findTable(nameOf(given, context), context);
  if (table && ["ACTIVE", "UPDATING"].includes(statusOf(table))) return table;
  throw notFound("Requested resource not found");
}

/** TableName takes a name or an ARN, of a table in the region that is asked. */
export function nameOf(given: string, context: Context): string {
  const prefix = tableArn("", context);
  if (given?.startsWith?.(prefix)) return given.slice(prefix.length);
  if (!given?.startsWith?.("arn:")) return given;
  if (given.split(":")[3] === context.region) throw notFound("Requested resource not found");
  // https://github.com/hashicorp/terraform-provider-aws/issues/42792
  const message = `1 validation error detected: Invalid AWS region in '${given}'`;
  throw new AwsError("ValidationException", 400, message);
}

const notFound = (message: string) => new AwsError("ResourceNotFoundException", 400, message);

/** Refuses to change a table that is busy. */
export function requireActive(table: Table): void {
  const status = statusOf(table);
  if (status !== "ACTIVE") throw inUse(table.definition.TableName, status);
}

/** The refusal to change a table while something else is under way. */
export const inUse = (name: string, status: Busy): AwsError => {
  const doing = { CREATING: "created", UPDATING: "updated", DELETING: "deleted" }[status];
  return new AwsError(
    "ResourceInUseException",
    400,
    `Attempt to change a resource which is still in use: Table is being ${doing}: ${name}`,
  );
};

/** A table as CreateTable's checked parameters describe it. */
export function newTable(input: Given<sdk.CreateTableCommandInput>, definition: TableDefinition): Table {
  const now = Date.now();
  return {
    definition,
    id: randomUUID(),
    createdAt: now,
    ...(input.BillingMode === "PAY_PER_REQUEST"
      ? { onDemandSince: now }
      : { provisioned: input.ProvisionedThroughput }),
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    tags: {},
  };
}

const ON_DEMAND = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

/**
 * A table as DescribeTable words it. AWS counts the items about every six hours only: a program that relies on
 * ItemCount is wrong there, so it is always 0 here.
 */
export function describe(table: Table, context: Context, status = statusOf(table)) {
  const { definition, provisioned } = table;
  const { LocalSecondaryIndexes, GlobalSecondaryIndexes, ...keys } = definition;
  const arn = tableArn(definition.TableName, context);
  const throughput = { NumberOfDecreasesToday: 0, ...(provisioned ?? ON_DEMAND) };
  const sizes = { ItemCount: 0, IndexSizeBytes: 0 };
  return {
    ...keys,
    TableStatus: status,
    CreationDateTime: new Date(table.createdAt),
    ProvisionedThroughput: throughput,
    TableSizeBytes: 0,
    ItemCount: 0,
    TableArn: arn,
    TableId: table.id,
    BillingModeSummary: billingOf(table),
    LocalSecondaryIndexes: LocalSecondaryIndexes?.map(index => ({
      ...index,
      ...sizes,
      IndexArn: `${arn}/index/${index.IndexName}`,
    })),
    GlobalSecondaryIndexes: GlobalSecondaryIndexes?.map(index => ({
      ...index,
      ...sizes,
      IndexArn: `${arn}/index/${index.IndexName}`,
      IndexStatus: status,
      ProvisionedThroughput: { ...throughput, ...index.ProvisionedThroughput },
    })),
    DeletionProtectionEnabled: table.deletionProtection,
  };
}

function billingOf({ provisioned, onDemandSince }: Table) {
  if (onDemandSince === undefined) return undefined;
  return {
    BillingMode: provisioned ? ("PROVISIONED" as const) : ("PAY_PER_REQUEST" as const),
    LastUpdateToPayPerRequestDateTime: new Date(onDemandSince),
  };
}
