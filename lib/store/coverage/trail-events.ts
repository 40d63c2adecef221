// When trails were stopped or changed, by account and Region.

import { DAY, type Interval, iso } from "../../core/base/time.ts";
import type { Scope } from "../../core/coverage/coverage-scope.ts";
import type { ManagementEvent } from "../../core/coverage/management-event.ts";
import * as keys from "../table/keys.ts";
import type { Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";

const KEEP_DAYS = 400;

export type TrailEventStore = {
  /** The same event twice is one item. */
  readonly record: (event: ManagementEvent) => Promise<void>;
  readonly within: (scope: Scope, interval: Interval) => Promise<ManagementEvent[]>;
};

export const trailEventStore = (table: Table): TrailEventStore => ({
  record: async (event) => {
    const key = keys.trailEvent(event.scope, event.at, event.eventId);
    if (await table.get(key)) return;
    await table.put({
      ...key,
      v: 1,
      event: { ...event },
      [TTL_ATTRIBUTE]: Math.ceil((event.at + KEEP_DAYS * DAY) / 1_000),
    });
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
