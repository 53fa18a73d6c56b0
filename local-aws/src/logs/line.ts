/** The line that a function writes. */
import { verdictOfRole } from "../access/authorize.ts";
import type { World } from "../world.ts";
import { addEvents, groupsOf, newEvent } from "./state.ts";

/** A line that a function wrote. */
export interface LogLine {
  group: string;
  stream: string;
  message: string;
  timestamp: number;
  /** Whose permission it needs; without one, none is checked. */
  roleName?: string;
}

/**
 * Writes a line as Lambda does: it makes the stream, and the group too if the role may; what the role may not
 * write is lost without a word.
 */
export function writeLog(world: World, region: string, line: LogLine): void {
  const groups = groupsOf(world, region);
  const may = (action: string, resource: string) =>
    line.roleName === undefined || verdictOfRole(world, line.roleName, { action, resource }) === "allow";
  const arn = `arn:aws:logs:${region}:${world.account}:log-group:${line.group}:log-stream:`;
  let group = groups.find(({ name }) => name === line.group);
  if (!group) {
    if (line.roleName === undefined || !may("logs:CreateLogGroup", arn)) return;
    group = { name: line.group, createdAt: Date.now(), tags: {}, streams: [] };
    groups.push(group);
  }
  if (!group.streams.some(({ name }) => name === line.stream)) {
    if (!may("logs:CreateLogStream", arn + line.stream)) return;
    group.streams.push({ name: line.stream, createdAt: Date.now() });
  }
  if (may("logs:PutLogEvents", arn + line.stream)) addEvents(group, [newEvent(line.stream, line)]);
}
