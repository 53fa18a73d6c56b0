/** The line that a function writes. */
import { judgeRole } from "../access/authorize.ts";
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
 * write is lost without a word to it.
 * @returns why it was lost, if it was
 */
export function writeLog(world: World, region: string, line: LogLine): string | undefined {
  const groups = groupsOf(world, region);
  const refusal = (action: string, resource: string) => {
    if (line.roleName === undefined) return undefined;
    const { verdict, why } = judgeRole(world, line.roleName, { action, resource });
    return verdict === "allow" ? undefined : why;
  };
  const arn = `arn:aws:logs:${region}:${world.account}:log-group:${line.group}:log-stream:`;
  let group = groups.find(({ name }) => name === line.group);
  if (!group) {
    const why =
      line.roleName === undefined ? `There is no ${line.group}.` : refusal("logs:CreateLogGroup", arn);
    if (why) return why;
    group = { name: line.group, createdAt: Date.now(), tags: {}, streams: [] };
    groups.push(group);
  }
  if (!group.streams.some(({ name }) => name === line.stream)) {
    const why = refusal("logs:CreateLogStream", arn + line.stream);
    if (why) return why;
    group.streams.push({ name: line.stream, createdAt: Date.now() });
  }
  const why = refusal("logs:PutLogEvents", arn + line.stream);
  if (!why) addEvents(group, [newEvent(line.stream, line)]);
  return why;
}
