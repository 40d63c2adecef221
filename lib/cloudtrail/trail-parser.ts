// Makes records of a trail file's uncompressed bytes and sorts them: connections, ignored, rejected; and the hours they show.
import type { Rejected } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import { fieldsOf, textOf } from "../core/activity/principal.ts";
import { floorTo, HOUR, type Instant } from "../core/base/time.ts";
import { ANY_SCOPE, type Scope, scopeOf } from "../core/coverage/coverage-scope.ts";
import type { ManagementEvent } from "../core/coverage/management-event.ts";
import { parseTrailFileName } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import { mayBeDsql, summaryOfForeign } from "./foreign-record.ts";
import { MAX_RECORD_BYTES, type PieceFlaw } from "./held-piece.ts";
import { parseManagementEvent } from "./parse-management-event.ts";
import { parseRecord, unwrap, unwrapRecord } from "./parse-record.ts";
import { type QuickTaker, splitRecords } from "./split-records.ts";
import { utf8Chunks } from "./utf8-chunks.ts";

/** `records = connections + ignored + rejected`. */
export type TrailFile = {
  readonly records: number;
  readonly connections: number;
  readonly ignored: number;
  readonly rejected: readonly Rejected[];
  /** The hours that its records lie in, by account and Region. Empty for EventBridge envelopes: they prove no delivery. */
  readonly hours: ReadonlyMap<Scope, ReadonlySet<Instant>>;
  /** What happened to trails and clusters: among the ignored records, and kept apart. */
  readonly management: readonly ManagementEvent[];
};

export type OnConnection = (connection: Connection, index: number) => void;

/** A file with more unreadable records than this is no trail file: it is refused instead of filling the memory. */
const MAX_REJECTED = 10_000;

/** No account changes its trails so often in the minutes of one file; a forger shall not fill the memory. */
const MAX_MANAGEMENT = 10_000;

/** `end` throws AuditError "bad-file" when the file is empty, no JSON, or breaks off. */
export type TrailParser = { readonly push: (chunk: Uint8Array) => void; readonly end: () => TrailFile };

export const badFile = (name: string, what: string, cause?: unknown): AuditError =>
  new AuditError("bad-file", `${name} ${what}`, {
    cause,
    hint: "Fetch the file again; nothing of it was counted.",
  });

/** So many of DSQL's records in a row make it likely that the next ones are, too. */
const RUN_AFTER = 20;

/** undefined: no JSON. JSON itself has no undefined. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Lists within lists: nobody writes deeper, and a forger's file shall not exhaust the stack. */
const MAX_WITHIN = 4;

/** Lists as AWS's tools print them, and where an element keeps its record as text. */
const PRINTED: Readonly<Record<string, string>> = {
  /** aws sqs receive-message */
  Messages: "Body",
  /** aws cloudtrail lookup-events */
  Events: "CloudTrailEvent",
  /** aws logs filter-log-events, get-log-events */
  events: "message",
  /** A subscription of CloudWatch Logs */
  logEvents: "message",
};

const isDocument = (one: unknown): boolean => typeof one === "object" && one !== null && !Array.isArray(one);

/** What stands as text in the elements of such a list, parsed where it is JSON. */
const printedWithin = (fields: Readonly<Record<string, unknown>>): readonly unknown[] | undefined => {
  for (const [list, text] of Object.entries(PRINTED)) {
    const elements = Object.hasOwn(fields, list) ? fields[list] : undefined;
    if (!Array.isArray(elements)) continue;
    return elements.map((one: unknown) => {
      const carried = fieldsOf(one)[text];
      return (typeof carried === "string" ? jsonOf(carried) : undefined) ?? one;
    });
  }
  return undefined;
};

const isRecord = (fields: Readonly<Record<string, unknown>>): boolean =>
  fields.eventSource !== undefined || "detail-type" in fields;

/** A whole trail file; a record has no such list of its own. */
const isTrailFile = (raw: unknown): boolean => {
  const fields = fieldsOf(raw);
  return Array.isArray(fields.Records) && !isRecord(fields);
};

/** The records of a whole trail file, where a document is one. */
const recordsWithin = (raw: unknown): readonly unknown[] | undefined => {
  if (Array.isArray(raw)) return raw.length && raw.every(isDocument) ? raw : undefined;
  const fields = fieldsOf(raw);
  if (isRecord(fields)) return undefined;
  return Array.isArray(fields.Records) ? fields.Records : printedWithin(fields);
};

/** Parsing many records at a time is quickest, as long as nearly all of them are DSQL's. `taken`: connections so far. */
const quickTaker = (take: (raw: unknown) => void, taken: () => number): QuickTaker => {
  let inARow = 0;
  return {
    wantsRun: () => inARow >= RUN_AFTER,
    takeRun: (bytes) => {
      const run = mayBeDsql(bytes) ? jsonOf(`[${bytes.toString("utf8")}]`) : undefined;
      if (!Array.isArray(run) || run.some(isTrailFile)) {
        inARow = 0;
        return false;
      }
      const before = taken();
      for (const raw of run) take(raw);
      if ((taken() - before) * 2 < run.length) inARow = 0;
      return true;
    },
    takeOne: (bytes) => {
      const raw = mayBeDsql(bytes) ? jsonOf(bytes.toString("utf8")) : undefined;
      inARow = raw === undefined ? 0 : inARow + 1;
      if (raw === undefined || isTrailFile(raw)) return false;
      take(raw);
      return true;
    },
  };
};

/** Parses a file's uncompressed bytes as they come. Until `end` has returned, connections are only promised. */
export const trailParser = (name: string, onConnection: OnConnection): TrailParser => {
  let records = 0;
  let connections = 0;
  let ignored = 0;
  let enveloped = 0;
  const rejected: Rejected[] = [];
  const management: ManagementEvent[] = [];
  const hours = new Map<Scope, Set<Instant>>();
  const named = parseTrailFileName(name);
  const ofName = named ? scopeOf(named.account, named.region) : ANY_SCOPE;

  const note = (at: Instant | undefined, account: string | undefined, region: string | undefined): void => {
    if (at === undefined) return;
    const own = scopeOf(account, region);
    const scope = own === ANY_SCOPE ? ofName : own;
    const known = hours.get(scope);
    const hour = floorTo(HOUR, at);
    if (known) known.add(hour);
    else hours.set(scope, new Set([hour]));
  };
  const reject = (index: number, reason: string): void => {
    if (rejected.length >= MAX_REJECTED) {
      throw badFile(name, `is not a trail file: more than ${MAX_REJECTED} of its records cannot be read`);
    }
    rejected.push({ file: name, index, reason });
  };

  /** What has been parsed as JSON: a record, or a trail file that stands where a record would, also in an envelope. */
  const take = (raw: unknown, within = 0, inEnvelope = false): void => {
    const { content, enveloped } = unwrap(raw);
    const wrapped = inEnvelope || enveloped;
    const inner = within < MAX_WITHIN ? recordsWithin(content) : undefined;
    if (!inner) {
      takeRecord(raw, records++, wrapped);
      return;
    }
    const printed = !Array.isArray(content) && !Array.isArray(fieldsOf(content).Records);
    for (const one of inner) take(one, within + 1, wrapped || printed);
  };
  const takeRecord = (raw: unknown, index: number, wrapped: boolean): void => {
    const parsed = parseRecord(raw);
    if (parsed.kind === "rejected") {
      reject(index, parsed.reason);
      return;
    }
    const { record } = unwrapRecord(raw);
    const at = parsed.kind === "ignored" ? parsed.at : parsed.connection.at;
    if (wrapped) enveloped++;
    else note(at, textOf(record.recipientAccountId), textOf(record.awsRegion));
    if (parsed.kind === "ignored") {
      ignored++;
      const event = parseManagementEvent(raw);
      if (event && management.length < MAX_MANAGEMENT) management.push(event);
    } else {
      connections++;
      onConnection(parsed.connection, index);
    }
  };
  /** How many trail files stand around the piece, each in the place of a record. */
  let nested = 0;
  const onPiece = (bytes: Buffer, flaw?: PieceFlaw): void => {
    const foreign = flaw === undefined ? summaryOfForeign(bytes) : undefined;
    if (foreign) {
      records++;
      ignored++;
      note(foreign.at, foreign.account, foreign.region);
      return;
    }
    if (flaw === "oversize") {
      reject(records++, `is larger than ${MAX_RECORD_BYTES} bytes`);
      return;
    }
    const raw = jsonOf(bytes.toString("utf8"));
    if (raw === undefined) reject(records++, flaw === "broken" ? "breaks off before its end" : "is not JSON");
    else if (nested < MAX_WITHIN && isTrailFile(raw)) {
      // Of a key that comes twice JSON.parse keeps the last value alone.
      nested++;
      const file = splitRecords(onPiece);
      file.push(bytes);
      file.end();
      nested--;
    } else take(raw, nested);
  };

  const splitter = splitRecords(
    onPiece,
    quickTaker(take, () => connections),
  );
  const text = utf8Chunks();
  return {
    push: (chunk) => splitter.push(text.of(chunk)),
    end: () => {
      splitter.push(text.rest());
      const ending = splitter.end();
      if (ending === "empty") throw badFile(name, "is empty");
      if (ending === "no-json") throw badFile(name, "is not JSON");
      if (ending === "truncated") throw badFile(name, "breaks off before its end");
      if (!hours.size && !enveloped && named) hours.set(ofName, new Set([floorTo(HOUR, named.at)]));
      return { records, connections, ignored, rejected, hours, management };
    },
  };
};
