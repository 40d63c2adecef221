// When trails were stopped or changed, by account and Region; and who changed IAM, by account.

import { DAY, type Interval, iso } from "../../core/base/time.ts";
import type { Scope } from "../../core/coverage/coverage-scope.ts";
import type { ManagementEvent } from "../../core/coverage/management-event.ts";
import type { IamEvent } from "../../core/iam/iam-event.ts";
import * as keys from "../table/keys.ts";
import type { Key, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";

const KEEP_DAYS = 400;

export type TrailEventStore = {
  /** The same event twice is one item. */
  readonly record: (event: ManagementEvent) => Promise<void>;
  readonly within: (scope: Scope, interval: Interval) => Promise<ManagementEvent[]>;
  /** The same event twice is one item. */
  readonly recordIam: (event: IamEvent) => Promise<void>;
  /** The newest first, at most `most`. */
  readonly iamWithin: (account: string, interval: Interval, most: number) => Promise<IamEvent[]>;
};

const keep = async (table: Table, key: Key, event: ManagementEvent | IamEvent): Promise<void> => {
  if (await table.get(key)) return;
  await table.put({
    ...key,
    v: 1,
    event: { ...event },
    [TTL_ATTRIBUTE]: Math.ceil((event.at + KEEP_DAYS * DAY) / 1_000),
  });
};

export const trailEventStore = (table: Table): TrailEventStore => ({
  record: (event) => keep(table, keys.trailEvent(event.scope, event.at, event.eventId), event),
  recordIam: (event) =>
    keep(table, keys.trailEvent(keys.iamScope(event.account), event.at, event.eventId), event),
  iamWithin: async (account, { from, to }, most) => {
    const events: IamEvent[] = [];
    for await (const { event } of table.query({
      pk: keys.trailEvents(keys.iamScope(account)),
      ...{ from: iso(from), to: iso(to), backward: true, limit: most },
    })) {
      // Written by `recordIam` alone.
      events.push(event as IamEvent);
    }
    return events;
  },
  within: async (scope, { from, to }) => {
    const events: ManagementEvent[] = [];
    for await (const { event } of table.query({
      pk: keys.trailEvents(scope),
      from: iso(from),
      to: iso(to),
    })) {
      // Written by `record` alone; what a later release adds is left as it is.
      events.push(event as ManagementEvent);
    }
    return events;
  },
});
