// What the records of one trail file come to: how many of which sort, which hours they lie in, what cannot be read.
import type { Rejected } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import { textOf } from "../core/activity/principal.ts";
import { floorTo, HOUR, type Instant } from "../core/base/time.ts";
import { ANY_SCOPE, type Scope, scopeOf } from "../core/coverage/coverage-scope.ts";
import type { ManagementEvent } from "../core/coverage/management-event.ts";
import { parseTrailFileName } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import { isBeside } from "./event-category.ts";
import type { ForeignRecord } from "./foreign-record.ts";
import { parseManagementEvent } from "./parse-management-event.ts";
import { parseRecord, unwrapRecord } from "./parse-record.ts";

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

export const badFile = (name: string, what: string, cause?: unknown): AuditError =>
  new AuditError("bad-file", `${name} ${what}`, {
    cause,
    hint: "Fetch the file again; nothing of it was counted.",
  });

export type TrailSums = {
  /** One record, as JSON.parse gave it. `wrapped`: in an envelope or a printed list, which prove no delivery. */
  readonly take: (raw: unknown, wrapped: boolean) => void;
  /** A record of another service, of which no more was read. */
  readonly takeForeign: (record: ForeignRecord) => void;
  /** Something in the place of a record that is none. AuditError "bad-file" when there is too much of it. */
  readonly reject: (reason: string) => void;
  readonly connections: () => number;
  readonly result: () => TrailFile;
};

/** The hours that a file shows, by scope. `ofName`: that of records which do not say theirs. */
const hoursShown = (ofName: Scope) => {
  const hours = new Map<Scope, Set<Instant>>();
  const note = (at: Instant | undefined, account: string | undefined, region: string | undefined): void => {
    if (at === undefined) return;
    const own = scopeOf(account, region);
    const scope = own === ANY_SCOPE ? ofName : own;
    const known = hours.get(scope);
    const hour = floorTo(HOUR, at);
    if (known) known.add(hour);
    else hours.set(scope, new Set([hour]));
  };
  return { hours, note };
};

/** `name`: the file's, which may say whose it is and of which hour. */
export const trailSums = (name: string, onConnection: OnConnection): TrailSums => {
  let records = 0;
  let connections = 0;
  let ignored = 0;
  let unproving = 0; // in an envelope, or of a category that trails write elsewhere
  const rejected: Rejected[] = [];
  const management: ManagementEvent[] = [];
  const named = parseTrailFileName(name);
  const ofName = named ? scopeOf(named.account, named.region) : ANY_SCOPE;
  const { hours, note } = hoursShown(ofName);

  const reject = (reason: string): void => {
    if (rejected.length >= MAX_REJECTED) {
      throw badFile(name, `is not a trail file: more than ${MAX_REJECTED} of its records cannot be read`);
    }
    rejected.push({ file: name, index: records++, reason });
  };
  return {
    reject,
    take: (raw, wrapped) => {
      const parsed = parseRecord(raw);
      if (parsed.kind === "rejected") {
        reject(parsed.reason);
        return;
      }
      const index = records++;
      const { record } = unwrapRecord(raw);
      const at = parsed.kind === "ignored" ? parsed.at : parsed.connection.at;
      if (wrapped || isBeside(record)) unproving++;
      else note(at, textOf(record.recipientAccountId), textOf(record.awsRegion));
      if (parsed.kind === "ignored") {
        ignored++;
        const event = parseManagementEvent(raw);
        if (event && management.length < MAX_MANAGEMENT) management.push(event);
      } else {
        connections++;
        onConnection(parsed.connection, index);
      }
    },
    takeForeign: ({ at, account, region }) => {
      records++;
      ignored++;
      note(at, account, region);
    },
    connections: () => connections,
    result: () => {
      if (!hours.size && !unproving && named) hours.set(ofName, new Set([floorTo(HOUR, named.at)]));
      return { records, connections, ignored, rejected, hours, management };
    },
  };
};
