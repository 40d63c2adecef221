// EventBridge's PutEvents, as the service's JSON protocol has it: bad entries fail alone.
import * as z from "zod";
import { type AwsOperations, AwsRefusal, operation } from "./aws-operation.ts";
import type { Bus } from "./bus.ts";
import { type Envelope, eventTime } from "./lambda-events.ts";

const Entry = z.strictObject({
  Time: z.optional(z.number()), // epoch seconds
  Source: z.optional(z.string()),
  DetailType: z.optional(z.string()),
  Detail: z.optional(z.string()),
  Resources: z.array(z.string()).default([]),
  EventBusName: z.string().default("default"),
});
type Entry = z.output<typeof Entry>;

type EntryProblem = { readonly ErrorCode: string; readonly ErrorMessage: string };

const MAX_REQUEST_BYTES = 1_048_576; // "the total entry size must be less than 1MB"

const argument = (name: string): EntryProblem => ({
  ErrorCode: "InvalidArgument",
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

const problemOf = (entry: Entry, bus: Bus): EntryProblem | undefined => {
  if (!entry.Source) return argument("Source");
  if (!entry.DetailType) return argument("DetailType");
  if (entry.Detail === undefined) return argument("Detail");
  if (entry.Source.startsWith("aws.")) {
    return {
      ErrorCode: "NotAuthorizedForSourceException",
      ErrorMessage: "Not authorized for the source.",
    };
  }
  if (!isJsonObject(entry.Detail)) {
    return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  }
  const buses = ["default", `arn:aws:events:${bus.region}:${bus.account}:event-bus/default`];
  return buses.includes(entry.EventBusName)
    ? undefined
    : {
        ErrorCode: "ResourceNotFoundException",
        ErrorMessage: `There is no event bus ${entry.EventBusName}.`,
      };
};

const envelopeOf = (entry: Entry, id: string, bus: Bus): Envelope => ({
  version: "0",
  id,
  "detail-type": entry.DetailType ?? "",
  source: entry.Source ?? "",
  account: bus.account,
  time: eventTime(entry.Time === undefined ? bus.now() : entry.Time * 1_000),
  region: bus.region,
  resources: entry.Resources,
  detail: JSON.parse(entry.Detail ?? "{}"),
});

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html says how an entry's size is counted.
const sizeOf = (entry: Entry): number =>
  (entry.Time === undefined ? 0 : 14) +
  [entry.Source, entry.DetailType, entry.Detail, ...entry.Resources].reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ""),
    0,
  );

export const eventBridgeOperations = (bus: Bus): AwsOperations => ({
  PutEvents: operation(z.strictObject({ Entries: z.array(Entry).min(1).max(10) }), ({ Entries }) => {
    if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= MAX_REQUEST_BYTES) {
      throw new AwsRefusal({
        shape: "ValidationException",
        message: "Total size of the entries is over the limit.",
      });
    }
    const answers = Entries.map((entry) => {
      const problem = problemOf(entry, bus);
      if (problem) return problem;
      const EventId = bus.newId();
      bus.putEvents([envelopeOf(entry, EventId, bus)]);
      return { EventId };
    });
    return { FailedEntryCount: answers.filter((answer) => "ErrorCode" in answer).length, Entries: answers };
  }),
});
