/** The operations of CloudWatch Logs on streams and events. */
import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { AwsError, type Context, notImplemented } from "../service.ts";
import type { Given, Operations } from "../wire/operations.ts";
import {
  addEvents,
  checkName,
  checkParameter,
  eventsOf,
  groupArn,
  invalid,
  invalidToken,
  type LogEvent,
  type LogGroup,
  type LogStream,
  newEvent,
  page,
  requireGroup,
} from "./state.ts";

const READS = ["logGroupName", "logGroupIdentifier", "startTime", "endTime", "nextToken", "limit"] as const;
const MOST_EVENTS = 10_000;

export const eventOperations: Operations<typeof sdk> = {
  CreateLogStream: {
    params: ["logGroupName", "logStreamName"],
    run(input, context) {
      const group = requireGroup(input, context);
      const name = checkName("logStreamName", input.logStreamName);
      if (group.streams.some(stream => stream.name === name))
        throw new AwsError("ResourceAlreadyExistsException", 400, "The specified log stream already exists");
      group.streams.push({ name, createdAt: Date.now() });
    },
  },
  DescribeLogStreams: {
    params: [
      "logGroupName",
      "logGroupIdentifier",
      "logStreamNamePrefix",
      "orderBy",
      "descending",
      "limit",
      "nextToken",
    ],
    run: describeStreams,
  },
  PutLogEvents: { params: ["logGroupName", "logStreamName", "logEvents", "sequenceToken"], run: putEvents },
  GetLogEvents: { params: [...READS, "logStreamName", "startFromHead"], run: getEvents },
  FilterLogEvents: {
    params: [
      ...READS,
      "logStreamNames",
      "logStreamNamePrefix",
      "filterPattern",
      "interleaved",
      "startFromHead",
    ],
    run: filterEvents,
  },
};

function requireStream(group: LogGroup, input: { logStreamName: string }): LogStream {
  const name = checkName("logStreamName", input.logStreamName);
  const stream = group.streams.find(stream => stream.name === name);
  if (!stream)
    throw new AwsError("ResourceNotFoundException", 400, "The specified log stream does not exist.");
  return stream;
}

function putEvents(input: Given<sdk.PutLogEventsCommandInput>, context: Context) {
  const group = requireGroup(input, context);
  const { name } = requireStream(group, input);
  const events = input.logEvents;
  if (events.length === 0) throw invalid("Log events must not be empty.");
  if (events.some(({ timestamp }, at) => timestamp < (events[at - 1]?.timestamp ?? 0)))
    throw invalid("Log events in a single PutLogEvents request must be in chronological order.");
  addEvents(
    group,
    events.map(event => newEvent(name, event)),
  );
  return { nextSequenceToken: randomUUID().replaceAll("-", "") };
}

function describeStreams(input: Given<sdk.DescribeLogStreamsCommandInput>, context: Context) {
  const group = requireGroup(input, context);
  const { orderBy = "LogStreamName", logStreamNamePrefix: prefix = "" } = input;
  checkParameter("orderBy", orderBy, { oneOf: ["LogStreamName", "LastEventTime"] });
  if (orderBy === "LastEventTime" && prefix !== "")
    throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
  const streams = group.streams
    .filter(({ name }) => name.startsWith(prefix))
    .map(stream => shown(stream, group, context));
  const key = (stream: (typeof streams)[number]) =>
    orderBy === "LastEventTime" ? (stream.lastEventTimestamp ?? 0) : stream.logStreamName;
  streams.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  if (input.descending) streams.reverse();
  const { items, nextToken } = page(streams, input);
  return { logStreams: items, nextToken };
}

function shown({ name, createdAt }: LogStream, group: LogGroup, context: Context) {
  const events = eventsOf(group).filter(({ stream }) => stream === name);
  return {
    logStreamName: name,
    creationTime: createdAt,
    firstEventTimestamp: events[0]?.timestamp,
    lastEventTimestamp: events.at(-1)?.timestamp,
    lastIngestionTime: events.at(-1)?.ingestionTime,
    arn: `${groupArn(group, context)}:log-stream:${name}`,
    storedBytes: 0,
  };
}

const within =
  ({ startTime = 0, endTime = Number.POSITIVE_INFINITY }: { startTime?: number; endTime?: number }) =>
  ({ timestamp }: LogEvent) =>
    timestamp >= startTime && timestamp <= endTime;

function getEvents(input: Given<sdk.GetLogEventsCommandInput>, context: Context) {
  const group = requireGroup(input, context);
  const { name } = requireStream(group, input);
  const events = eventsOf(group)
    .filter(event => event.stream === name)
    .filter(within(input));
  const { nextToken, limit = MOST_EVENTS, startFromHead = false } = input;
  checkParameter("limit", limit, { min: 1, max: MOST_EVENTS });
  const { direction, position } = nextToken === undefined ? {} : placeOf(nextToken);
  const from = startFromHead || direction === "f" ? (position ?? 0) : undefined;
  const end = from === undefined ? (position ?? events.length) : Math.min(from + limit, events.length);
  const start = from ?? Math.max(end - limit, 0);
  return {
    events: events
      .slice(start, end)
      .map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    // A token that comes back unchanged says that the end is reached.
    nextForwardToken: `f/${end}`,
    nextBackwardToken: `b/${start}`,
  };
}

/** Which way a token goes, and from where. */
function placeOf(token: string): { direction?: string; position?: number } {
  const { direction, position } = /^(?<direction>[fb])\/(?<position>\d{1,9})$/.exec(token)?.groups ?? {};
  if (direction === undefined) throw invalidToken();
  return { direction, position: Number(position) };
}

function filterEvents(input: Given<sdk.FilterLogEventsCommandInput>, context: Context) {
  const group = requireGroup(input, context);
  const { logStreamNames: names, logStreamNamePrefix: prefix = "", filterPattern = "" } = input;
  const matches = messageFilter(filterPattern);
  const events = eventsOf(group)
    .filter(within(input))
    .filter(({ stream }) => (names?.includes(stream) ?? true) && stream.startsWith(prefix))
    .filter(({ message }) => matches(message));
  const { items, nextToken } = page(events, { limit: MOST_EVENTS, ...input }, MOST_EVENTS);
  return {
    events: items.map(({ id, stream, ...event }) => ({ eventId: id, logStreamName: stream, ...event })),
    searchedLogStreams: [],
    nextToken,
  };
}

/**
 * All terms must occur. What is not of letters, digits and underscores must be in quotes; unquoted it would be a
 * pattern of another kind (JSON, columns, regular expressions, optional or excluded terms), which is refused.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
 */
function messageFilter(pattern: string): (message: string) => boolean {
  if (!/^(\s|\w|"[^"]*")*$/.test(pattern)) throw notImplemented(`the filter pattern ${pattern}`);
  const terms = [...pattern.matchAll(/"([^"]*)"|\w+/g)].map(([term, quoted]) => quoted ?? term);
  return message => terms.every(term => message.includes(term));
}
