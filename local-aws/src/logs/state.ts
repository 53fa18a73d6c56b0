/** What CloudWatch Logs keeps, and the checks that its operations share. */
import { randomUUID } from "node:crypto";
import { pageOf } from "../page.ts";
import { AwsError, type Context } from "../service.ts";
import { brokenConstraint, type Constraints } from "../wire/constraints.ts";
import type { World } from "../world.ts";

export interface LogStream {
  name: string;
  createdAt: number;
}

export interface LogGroup {
  name: string;
  createdAt: number;
  retentionInDays?: number;
  /** A protected group cannot be deleted. */
  deletionProtectionEnabled?: boolean;
  tags: Record<string, string>;
  streams: LogStream[];
}

export interface LogEvent {
  id: string;
  stream: string;
  timestamp: number;
  ingestionTime: number;
  message: string;
}

interface LogsState {
  groups: LogGroup[];
}

/** The log groups of a region, by name. */
export const groupsOf = (world: World, region: string): LogGroup[] =>
  world.state<LogsState>(`logs:${region}`, () => ({ groups: [] })).groups;

/** Events are for reading along: kept in memory, not with the world's data. */
const EVENTS = new WeakMap<LogGroup, LogEvent[]>();
const KEPT_EVENTS = 1_000;

/** An event, as a stream gets it. */
export const newEvent = (
  stream: string,
  { timestamp, message }: { timestamp: number; message: string },
): LogEvent => ({
  id: randomUUID(),
  stream,
  timestamp,
  ingestionTime: Date.now(),
  message,
});

/** The events of a group in the order of their timestamps. */
export const eventsOf = (group: LogGroup): LogEvent[] => EVENTS.get(group) ?? [];

/** Adds events to a group, which keeps its newest. */
export function addEvents(group: LogGroup, events: LogEvent[]): void {
  const all = eventsOf(group);
  const last = all.at(-1);
  all.push(...events);
  if (last && events.some(({ timestamp }) => timestamp < last.timestamp))
    all.sort((a, b) => a.timestamp - b.timestamp);
  all.splice(0, all.length - KEPT_EVENTS);
  EVENTS.set(group, all);
}

const NAMES = {
  logGroupName: { required: true, min: 1, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ },
  logStreamName: { required: true, min: 1, max: 512, pattern: /^[^:*]*$/ },
} satisfies Record<string, Constraints>;

export const invalid = (message: string) => new AwsError("InvalidParameterException", 400, message);

/** Refuses a parameter that breaks its constraints. */
export function checkParameter(name: string, value: unknown, constraints: Constraints): void {
  const broken = brokenConstraint(name, value, constraints);
  if (broken) throw invalid(broken);
}

/** A name that a call gives, checked. */
export function checkName(parameter: keyof typeof NAMES, name: string | undefined): string {
  checkParameter(parameter, name, NAMES[parameter]);
  return name ?? "";
}

/** The group that a call is about, by name or by identifier (name or ARN). */
export function requireGroup(
  input: { logGroupName?: string; logGroupIdentifier?: string },
  { world, region }: Context,
): LogGroup {
  const identified = input.logGroupIdentifier?.split(":log-group:").pop();
  const name = identified ?? checkName("logGroupName", input.logGroupName);
  const group = groupsOf(world, region).find(group => group.name === name);
  if (!group) throw new AwsError("ResourceNotFoundException", 400, "The specified log group does not exist.");
  return group;
}

/** The ARN of a group, without the `:*` that some answers end it with. */
export const groupArn = (group: LogGroup, { world, region }: Context): string =>
  `arn:aws:logs:${region}:${world.account}:log-group:${group.name}`;

/** One page of a list. */
export function page<Item>(
  all: Item[],
  { nextToken, limit = 50 }: { nextToken?: string; limit?: number },
  maximum = 50,
) {
  checkParameter("limit", limit, { min: 1, max: maximum });
  const { items, next } = pageOf(all, { token: nextToken, size: Math.trunc(limit) }, invalidToken);
  return { items, nextToken: next };
}

export const invalidToken = () => invalid("The specified nextToken is invalid.");
